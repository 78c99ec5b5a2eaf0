//! Facts read from text without running it: workflow files that hand out secrets, fixed blind copies.
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

/// The mail address a literal holds.
fn fixed_address(rest: &str) -> Option<&str> {
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
