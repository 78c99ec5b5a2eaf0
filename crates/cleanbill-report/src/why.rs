//! A stored answer back in words: reads an `inspect/v1` record and tells it as if it were fresh.
//! It opens no log and asks no one; a record it cannot read is an error that says what is wrong.
use cleanbill_model::{Purl, Timestamp, Untrusted, Verdict};

use crate::{
    format::RenderOptions,
    human::{self, Lookup, Sheet},
    json::v1,
    report::{BroughtIn, FeedState},
    view::{EvidenceView, FindingView, ReleaseView, UnassessedView, worst_first},
    words,
};

/// A stored record could not be told; it was written by another version, or changed since.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WhyError {
    /// It is not JSON, or not of this shape.
    #[error("cannot read the stored answer")]
    Read(#[from] serde_json::Error),
    /// It is of another schema.
    #[error(
        "cannot read the stored answer: its schema is {found:?}, wanted {:?}",
        v1::INSPECT
    )]
    Schema {
        /// The start of the schema named there.
        found: String,
    },
    /// A field holds what no such field may.
    #[error("cannot read the stored answer: `{field}` holds {found:?}")]
    Field {
        /// The field.
        field: &'static str,
        /// The start of what stood there.
        found: String,
    },
}

/// Tells a stored `inspect/v1` record.
///
/// # Errors
/// When the text is no such record.
pub fn why(stored: &str, options: &RenderOptions) -> Result<String, WhyError> {
    let record: v1::Inspect = serde_json::from_str(stored)?;
    if record.schema != v1::INSPECT {
        return Err(WhyError::Schema {
            found: start(&record.schema),
        });
    }
    let view = view_of(&record)?;
    let mut sheet = Sheet::new(options);
    human::one(&mut sheet, &view, &brought_in(&record)?, options.detail);
    let lookup = match record.feeds.as_slice() {
        [] => Lookup::NotKept,
        feeds if feeds.iter().all(|feed| feed.state == FeedState::Fresh.as_str()) => Lookup::Whole,
        _ => Lookup::Lacking,
    };
    human::decision(&mut sheet, &view, None, lookup);
    Ok(sheet.finish())
}

fn view_of(record: &v1::Inspect) -> Result<ReleaseView<'_>, WhyError> {
    let purl = Purl::parse(&record.subject.purl).map_err(|_| field("subject.purl", &record.subject.purl))?;
    let mut findings = record
        .findings
        .iter()
        .map(finding)
        .collect::<Result<Vec<_>, _>>()?;
    worst_first(&mut findings);
    Ok(ReleaseView {
        spec: purl.spec(),
        purl: purl.to_string(),
        integrity: record.subject.integrity.clone(),
        as_of: moment("as_of", &record.as_of)?,
        verdict: verdict(&record.verdict)?,
        until: record
            .until
            .as_ref()
            .map(|until| moment("until", until))
            .transpose()?,
        findings,
        unassessed: record
            .unassessed
            .iter()
            .map(|u| UnassessedView {
                file: u.file.as_deref(),
                reason: &u.reason,
            })
            .collect(),
        capabilities: record.capabilities.iter().map(String::as_str).collect(),
    })
}

fn finding(finding: &v1::Finding) -> Result<FindingView<'_>, WhyError> {
    Ok(FindingView {
        audit: &finding.audit,
        level: words::level(&finding.level).ok_or_else(|| field("level", &finding.level))?,
        severity: words::severity(&finding.severity).ok_or_else(|| field("severity", &finding.severity))?,
        confidence: &finding.confidence,
        title: &finding.title,
        what: &finding.what,
        why: &finding.why,
        advice: &finding.advice,
        because: finding.because.as_deref(),
        waived: finding.waived,
        evidence: finding
            .evidence
            .iter()
            .map(|step| EvidenceView {
                file: step.file.as_deref(),
                line: step.line,
                column: step.column,
                note: &step.note,
                decoded: step.decoded.as_deref(),
                excerpt: step.excerpt.as_deref(),
            })
            .collect(),
    })
}

fn brought_in(record: &v1::Inspect) -> Result<Vec<BroughtIn>, WhyError> {
    let one = |dependency: &v1::BroughtIn| {
        Ok(BroughtIn {
            spec: Untrusted::from(dependency.spec.as_str()),
            range: Untrusted::from(dependency.range.as_str()),
            verdict: verdict(&dependency.verdict)?,
            reason: Untrusted::from(dependency.reason.as_str()),
        })
    };
    record.brings_in.iter().map(one).collect()
}

fn verdict(word: &str) -> Result<Verdict, WhyError> {
    words::WORST_FIRST
        .into_iter()
        .find(|verdict| verdict.as_str() == word)
        .ok_or_else(|| field("verdict", word))
}

fn moment(name: &'static str, text: &str) -> Result<Timestamp, WhyError> {
    Timestamp::parse(text).map_err(|_| field(name, text))
}

fn field(field: &'static str, found: &str) -> WhyError {
    WhyError::Field {
        field,
        found: start(found),
    }
}

fn start(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, render_inspect, samples};

    #[test]
    fn a_stored_answer_reads_like_the_fresh_one() {
        let report = samples::inspected();
        let options = RenderOptions::default();
        let stored = render_inspect(&report, Format::Json, &options).unwrap();
        let fresh = render_inspect(&report, Format::Human, &options).unwrap();
        let told = why(&stored, &options).unwrap();
        let heading = fresh.lines().next().unwrap();
        assert!(
            told.starts_with(heading) && told.contains("do not install this release"),
            "{told}"
        );
        for line in told.lines() {
            assert!(fresh.contains(line), "not in the fresh answer: {line}");
        }
    }

    #[test]
    fn a_judgement_kept_in_the_log_says_that_the_feeds_are_not_in_it() {
        let report = samples::clean();
        let stored = crate::json::record(&report.packages.first().unwrap().judgement).unwrap();
        assert!(!stored.contains('\n'));
        let told = why(&stored, &RenderOptions::default()).unwrap();
        assert!(told.contains("how the feeds stood was not kept"), "{told}");
    }

    #[test]
    fn another_schema_and_nonsense_are_refused_by_name() {
        let options = RenderOptions::default();
        assert!(matches!(why("[", &options), Err(WhyError::Read(_))));
        assert!(matches!(
            why("{\"schema\":\"x\"}", &options),
            Err(WhyError::Schema { .. })
        ));
        let odd = "{\"schema\":\"cleanbill.inspect/v1\",\"subject\":{\"purl\":\"pkg:npm/a@1.0.0\"},\"as_of\":\"soon\"}";
        assert_eq!(
            why(odd, &options).unwrap_err().to_string(),
            "cannot read the stored answer: `as_of` holds \"soon\""
        );
    }
}
