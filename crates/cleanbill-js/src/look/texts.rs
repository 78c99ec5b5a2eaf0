//! Facts read from text without running it: workflows that hand out secrets, fixed blind copies, texts for
//! reviewers, code its own map does not know.
//! It looks for words in bounded files and knows nothing of flows.
use cleanbill_model::Level;

use super::structure::located;
use crate::analysis::Structural;
use crate::entry::Trigger;
use crate::package::Indexed;

/// Longest file read for these facts; workflows and mailers are small.
const LONGEST: usize = 512 << 10;

/// A workflow that gathers every secret, or runs text it decodes (AIX-05).
pub(crate) fn workflow(pkg: &Indexed<'_>, ix: usize, out: &mut Vec<Structural>) {
    let Some(file) = pkg.files.get(ix) else { return };
    if !file.path.contains(".github/workflows/") || file.bytes.len() > LONGEST {
        return;
    }
    let text = String::from_utf8_lossy(file.bytes);
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let lower = plain.to_ascii_lowercase();
    let all = lower.contains("tojson(secrets)");
    let decoded = ["base64-d|", "base64--decode|", "base64-d|sudo"]
        .iter()
        .filter_map(|w| lower.split_once(w))
        .any(|(_, rest)| {
            ["bash", "sh", "node", "python"]
                .iter()
                .any(|s| rest.starts_with(s))
        });
    // A workflow in a tarball is run by nobody; one made to give away secrets shows whose hands made the release.
    let level = match (all, decoded) {
        (_, true) => Level::Quarantine,
        (true, false) => Level::Warn,
        (false, false) => return,
    };
    let at = text
        .find("toJSON(secrets)")
        .or_else(|| text.find("base64"))
        .unwrap_or(0);
    out.push(located(
        "AIX-05",
        level,
        "a workflow file gathers every secret or runs decoded text",
        &file.path,
        &text,
        at,
        None,
    ));
}

/// Mail that always goes to one more address, which stands in the code (FLO-10).
pub(crate) fn blind_copy(pkg: &Indexed<'_>, ix: usize, trigger: Trigger, out: &mut Vec<Structural>) {
    let Some(file) = pkg.files.get(ix) else { return };
    if !file.kind.is_code() || trigger > Trigger::Bin || file.bytes.len() > LONGEST {
        return;
    }
    if memchr::memmem::find(file.bytes, b"cc").is_none() && memchr::memmem::find(file.bytes, b"CC").is_none()
    {
        return;
    }
    let text = String::from_utf8_lossy(file.bytes);
    for word in ["bcc", "Bcc", "BCC"] {
        for (at, found) in text.match_indices(word).take(64) {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = text.get(at + found.len()..).unwrap_or_default();
            let rest = rest.trim_start_matches(['"', '\'', '`']).trim_start();
            let Some(rest) = rest.strip_prefix(':').or_else(|| rest.strip_prefix('=')) else {
                continue;
            };
            let Some(address) = fixed_address(rest.trim_start()) else {
                continue;
            };
            out.push(located(
                "FLO-10",
                Level::Warn,
                "mail is always copied to a fixed address",
                &file.path,
                &text,
                at,
                Some(address.to_owned()),
            ));
            return;
        }
    }
}

/// Text in code that tells whoever reviews it what to find (OBF-17).
pub(crate) fn told_to_reviewers(pkg: &Indexed<'_>, ix: usize, out: &mut Vec<Structural>) {
    /// How such texts take hold of a reader that follows instructions.
    const HOLD: &[&str] = &[
        "ignore all previous instructions",
        "ignore previous instructions",
        "ignore the above instructions",
        "disregard previous",
        "disregard all previous",
        "disregard the above instructions",
        "attention ai",
        "note to ai",
        "note for ai",
        "if you are an ai",
        "if you are a language model",
        "ai reviewers",
        "automated reviewer",
        "security scanners:",
    ];
    /// What they want it to say.
    const WANTED: &[&str] = &[
        "is safe",
        "as safe",
        "as benign",
        "is benign",
        "is clean",
        "as clean",
        "do not flag",
        "don't flag",
        "do not report",
        "don't report",
        "not malicious",
        "no malicious",
        "false positive",
        "stop the analysis",
        "skip this file",
    ];
    /// Both stand in one paragraph.
    const NEAR: usize = 600;
    let Some(file) = pkg.files.get(ix) else { return };
    if !file.kind.is_code() || file.bytes.len() > LONGEST {
        return;
    }
    // Nearly every file has none of these words; they cost one pass.
    let any = |word: &[u8]| memchr::memmem::find(file.bytes, word).is_some();
    if ![
        &b"gnore "[..],
        b"isregard ",
        b"GNORE ",
        b"AI",
        b" ai",
        b"language model",
        b"reviewer",
        b"scanners",
    ]
    .iter()
    .any(|w| any(w))
    {
        return;
    }
    let lower = String::from_utf8_lossy(file.bytes).to_ascii_lowercase();
    for hold in HOLD {
        let Some(at) = lower.find(hold) else { continue };
        let near: String = lower.get(at..).unwrap_or_default().chars().take(NEAR).collect();
        if WANTED.iter().any(|w| near.contains(w)) {
            let text = String::from_utf8_lossy(file.bytes);
            out.push(located(
                "OBF-17",
                Level::Warn,
                "text in the code tells a reviewer what to find",
                &file.path,
                &text,
                at,
                Some(near.chars().take(160).collect()),
            ));
            return;
        }
    }
}

/// Built code that speaks to a host its own source map knows nothing of (OBF-15).
pub(crate) fn beyond_its_map(pkg: &Indexed<'_>, ix: usize, trigger: Trigger, out: &mut Vec<Structural>) {
    /// Most addresses compared; bundles of documentation hold thousands.
    const MOST: usize = 400;
    let Some(file) = pkg.files.get(ix) else { return };
    if !file.kind.is_code() || trigger > Trigger::Bin {
        return;
    }
    let Some(map) = pkg
        .find(&format!("{}.map", file.path))
        .and_then(|ix| pkg.files.get(ix as usize))
        .filter(|map| memchr::memmem::find(map.bytes, b"\"sourcesContent\"").is_some())
    else {
        return;
    };
    for at in memchr::memmem::find_iter(file.bytes, b"://").take(MOST) {
        let tail = file.bytes.get(at + 3..).unwrap_or_default();
        let length = tail
            .iter()
            .take(255)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
            .count();
        let host = tail.get(..length).unwrap_or_default();
        let scheme = file.bytes.get(at.saturating_sub(5)..at).unwrap_or_default();
        if !scheme.ends_with(b"http") && !scheme.ends_with(b"https") || !host.contains(&b'.') {
            continue;
        }
        if memchr::memmem::find(map.bytes, host).is_some() {
            continue;
        }
        let text = String::from_utf8_lossy(file.bytes);
        let host = String::from_utf8_lossy(host).into_owned();
        out.push(located(
            "OBF-15",
            Level::Warn,
            "the built file names a host that its source map does not",
            &file.path,
            &text,
            at,
            Some(host),
        ));
        return;
    }
}

/// The mail address a literal holds.
pub(crate) fn fixed_address(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches('[').trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let (address, _) = rest.get(1..)?.split_once(quote)?;
    let (name, host) = address.split_once('@')?;
    let plain = |s: &str| {
        !s.is_empty()
            && s.len() < 100
            && s.chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'))
    };
    (plain(name) && plain(host) && host.contains('.')).then_some(address)
}
