//! One advisory to bytes and back.
//! The package's name and the feed's stand outside; this knows neither.
use cleanbill_model::{
    Advisory, AdvisoryKind, AdvisorySeverity, Affected, Algorithm, Confidence, Digest, Integrity,
    PackageName, Range, Timestamp, Untrusted, Version, VersionRange,
};

use super::bytes::{Cursor, Damaged, Writer};

const PUBLISHED: u64 = 1;
const WITHDRAWN: u64 = 1 << 1;
const SEVERITY: u64 = 1 << 2;
const URL: u64 = 1 << 3;
const CAMPAIGN: u64 = 1 << 4;
const LAST_GOOD: u64 = 1 << 5;
const VULNERABLE: u64 = 1 << 6;
const USUAL_SUMMARY: u64 = 1 << 7;
const KNOWN_FLAGS: u64 = (1 << 8) - 1;

/// What nine in ten records of malicious packages say; kept as a flag.
fn usual_summary(name: &str) -> String {
    format!("Malicious code in {name} (npm)")
}

pub(super) fn write(out: &mut Writer, advisory: &Advisory) {
    let usual = advisory.summary.raw() == usual_summary(advisory.name.as_str());
    let flags = [
        (advisory.published.is_some(), PUBLISHED),
        (advisory.withdrawn.is_some(), WITHDRAWN),
        (advisory.severity.is_some(), SEVERITY),
        (advisory.url.is_some(), URL),
        (advisory.campaign.is_some(), CAMPAIGN),
        (advisory.last_good.is_some(), LAST_GOOD),
        (advisory.kind == AdvisoryKind::Vulnerable, VULNERABLE),
        (usual, USUAL_SUMMARY),
    ];
    out.number(flags.iter().filter(|(set, _)| *set).map(|(_, flag)| flag).sum());
    out.byte(confidence_byte(advisory.confidence));
    out.text(advisory.id.raw());
    out.number(advisory.aliases.len() as u64);
    advisory.aliases.iter().for_each(|alias| out.text(alias.raw()));
    if !usual {
        out.text(advisory.summary.raw());
    }
    for moment in [advisory.published, advisory.withdrawn].into_iter().flatten() {
        out.signed(moment.as_millis());
    }
    if let Some(severity) = &advisory.severity {
        out.text(severity.vector.raw());
        out.bytes.extend_from_slice(&severity.score.to_le_bytes());
    }
    for text in [&advisory.url, &advisory.campaign, &advisory.last_good]
        .into_iter()
        .flatten()
    {
        out.text(text.raw());
    }
    write_affected(out, &advisory.affected);
}

fn write_affected(out: &mut Writer, affected: &Affected) {
    out.number(affected.versions.len() as u64);
    affected
        .versions
        .iter()
        .for_each(|version| out.text(version.as_str()));
    out.number(affected.ranges.len() as u64);
    for range in &affected.ranges {
        let bounds = [&range.introduced, &range.fixed, &range.last_affected];
        let present = bounds
            .iter()
            .rev()
            .fold(0_u8, |bits, bound| bits << 1 | u8::from(bound.is_some()));
        out.byte(present);
        bounds
            .into_iter()
            .flatten()
            .for_each(|version| out.text(version.as_str()));
    }
    out.number(affected.npm_ranges.len() as u64);
    affected
        .npm_ranges
        .iter()
        .for_each(|range| out.text(range.as_str()));
    out.number(affected.hashes.len() as u64);
    for integrity in &affected.hashes {
        out.number(integrity.digests().len() as u64);
        for digest in integrity.digests() {
            out.byte(algorithm_byte(digest.algorithm));
            out.blob(&digest.bytes);
        }
    }
}

/// Reads one advisory on `name` as `feed` carries it.
pub(super) fn read(cursor: &mut Cursor<'_>, name: &PackageName, feed: &str) -> Result<Advisory, Damaged> {
    let flags = cursor.at("flags").number()?;
    if flags & !KNOWN_FLAGS != 0 {
        return Err(cursor.damaged());
    }
    let has = |flag: u64| flags & flag != 0;
    let confidence = read_confidence(cursor.at("confidence"))?;
    let id = Untrusted::from(cursor.at("id").text()?);
    let count = cursor.at("aliases").count()?;
    let mut aliases = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        aliases.push(Untrusted::from(cursor.text()?));
    }
    let summary = if has(USUAL_SUMMARY) {
        Untrusted::from(usual_summary(name.as_str()))
    } else {
        Untrusted::from(cursor.at("summary").text()?)
    };
    cursor.at("times");
    let published = has(PUBLISHED)
        .then(|| cursor.signed())
        .transpose()?
        .map(Timestamp::from_millis);
    let withdrawn = has(WITHDRAWN)
        .then(|| cursor.signed())
        .transpose()?
        .map(Timestamp::from_millis);
    let severity = has(SEVERITY)
        .then(|| read_severity(cursor.at("severity")))
        .transpose()?;
    cursor.at("texts");
    let url = has(URL).then(|| cursor.text()).transpose()?.map(Untrusted::from);
    let campaign = has(CAMPAIGN)
        .then(|| cursor.text())
        .transpose()?
        .map(Untrusted::from);
    let last_good = has(LAST_GOOD)
        .then(|| cursor.text())
        .transpose()?
        .map(Untrusted::from);
    Ok(Advisory {
        id,
        aliases,
        name: name.clone(),
        kind: if has(VULNERABLE) {
            AdvisoryKind::Vulnerable
        } else {
            AdvisoryKind::Malicious
        },
        summary,
        url,
        published,
        withdrawn,
        severity,
        affected: read_affected(cursor)?,
        feed: feed.to_owned(),
        campaign,
        confidence,
        last_good,
    })
}

fn read_severity(cursor: &mut Cursor<'_>) -> Result<AdvisorySeverity, Damaged> {
    let vector = Untrusted::from(cursor.text()?);
    let score = f32::from_bits(cursor.u32()?);
    if (0.0..=10.0).contains(&score) {
        Ok(AdvisorySeverity { vector, score })
    } else {
        Err(cursor.damaged())
    }
}

fn read_affected(cursor: &mut Cursor<'_>) -> Result<Affected, Damaged> {
    let mut affected = Affected::default();
    for _ in 0..cursor.at("versions").count()? {
        affected.versions.push(read_version(cursor)?);
    }
    for _ in 0..cursor.at("ranges").count()? {
        let present = cursor.byte()?;
        if present > 0b111 {
            return Err(cursor.damaged());
        }
        let mut bound = |bit: u8| (present & bit != 0).then(|| read_version(cursor)).transpose();
        affected.ranges.push(VersionRange {
            introduced: bound(1)?,
            fixed: bound(2)?,
            last_affected: bound(4)?,
        });
    }
    for _ in 0..cursor.at("npm ranges").count()? {
        let text = cursor.text()?;
        affected
            .npm_ranges
            .push(Range::parse(text).map_err(|_| cursor.damaged())?);
    }
    for _ in 0..cursor.at("digests").count()? {
        affected.hashes.push(read_integrity(cursor)?);
    }
    Ok(affected)
}

fn read_version(cursor: &mut Cursor<'_>) -> Result<Version, Damaged> {
    let text = cursor.text()?;
    Version::parse(text).map_err(|_| cursor.damaged())
}

fn read_integrity(cursor: &mut Cursor<'_>) -> Result<Integrity, Damaged> {
    let mut together: Option<Integrity> = None;
    for _ in 0..cursor.count()? {
        let digest = Digest {
            algorithm: read_algorithm(cursor)?,
            bytes: cursor.blob()?.to_vec(),
        };
        let one = Integrity::from_digest(digest.algorithm, &digest.bytes).ok_or(cursor.damaged())?;
        together = Some(together.map_or_else(|| one.clone(), |all| all.merged(&one)));
    }
    together.ok_or(cursor.damaged())
}

fn confidence_byte(confidence: Confidence) -> u8 {
    match confidence {
        Confidence::Low => 0,
        Confidence::Medium => 1,
        Confidence::High => 2,
    }
}

fn read_confidence(cursor: &mut Cursor<'_>) -> Result<Confidence, Damaged> {
    match cursor.byte()? {
        0 => Ok(Confidence::Low),
        1 => Ok(Confidence::Medium),
        2 => Ok(Confidence::High),
        _ => Err(cursor.damaged()),
    }
}

fn algorithm_byte(algorithm: Algorithm) -> u8 {
    match algorithm {
        Algorithm::Md5 => 0,
        Algorithm::Sha1 => 1,
        Algorithm::Sha256 => 2,
        Algorithm::Sha384 => 3,
        Algorithm::Sha512 => 4,
    }
}

fn read_algorithm(cursor: &mut Cursor<'_>) -> Result<Algorithm, Damaged> {
    match cursor.byte()? {
        0 => Ok(Algorithm::Md5),
        1 => Ok(Algorithm::Sha1),
        2 => Ok(Algorithm::Sha256),
        3 => Ok(Algorithm::Sha384),
        4 => Ok(Algorithm::Sha512),
        _ => Err(cursor.damaged()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One advisory with every field, written.
    fn written() -> (Advisory, Vec<u8>) {
        let text = r#"{"id": "GHSA-1", "published": "2026-01-01T00:00:00Z", "withdrawn": "2026-02-01T00:00:00Z",
            "aliases": ["CVE-1"], "summary": "words", "severity": [{"type": "CVSS_V3",
            "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "references": [{"type": "WEB", "url": "https://a.example/"}],
            "affected": [{"package": {"ecosystem": "npm", "name": "left"}, "versions": ["1.0.0"],
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "2.0.0"}, {"fixed": "2.1.0"}]}],
            "database_specific": {"indicators": {"package_integrity": [{"hashes":
            {"sha1": "2c8fc0f6f39897039c46cb48d19674423888cbf8"}}]}}}]}"#;
        let mut advisory = crate::osv::parse(text.as_bytes(), "osv")
            .unwrap()
            .advisories
            .remove(0);
        advisory.campaign = Some(Untrusted::from("a-2026"));
        advisory.last_good = Some(Untrusted::from("0.9.0"));
        advisory.confidence = Confidence::Low;
        advisory.affected.npm_ranges = vec![Range::parse(">=3.0.0 <4").unwrap()];
        let mut out = Writer::default();
        write(&mut out, &advisory);
        (advisory, out.bytes)
    }

    #[test]
    fn every_field_comes_back() {
        let (advisory, bytes) = written();
        let mut cursor = Cursor::new(&bytes, "test");
        let back = read(&mut cursor, &advisory.name, "osv").unwrap();
        assert_eq!(format!("{back:?}"), format!("{advisory:?}"));
        assert_eq!(cursor.left(), 0);
        for cut in 0..bytes.len() {
            let short = bytes.get(..cut).unwrap_or_default();
            assert!(
                read(&mut Cursor::new(short, "test"), &advisory.name, "osv").is_err(),
                "cut at {cut}"
            );
        }
    }

    proptest! {
        #[test]
        fn changed_bytes_are_read_or_refused(changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8)) {
            let (advisory, mut bytes) = written();
            for (at, value) in changes {
                let at = at % bytes.len();
                bytes[at] = value;
            }
            let _ = read(&mut Cursor::new(&bytes, "test"), &advisory.name, "osv");
        }
    }
}
