//! A campaign as a table: one row for each bad release and each indicator.
//! A cell can neither break the table nor be taken for a formula by a spreadsheet.
use cleanbill_feeds::campaign::Campaign;

/// The heading.
pub const HEAD: &str = "campaign,kind,value,label,by\r\n";

/// The rows of one campaign, without the heading.
#[must_use]
pub fn rows(campaign: &Campaign) -> String {
    let mut out = String::new();
    let mut row = |kind: &str, value: &str, label: &str, by: &str| {
        let cells = [campaign.id.as_str(), kind, value, label, by].map(cell);
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    };
    for package in &campaign.packages {
        let good = package
            .last_good
            .as_deref()
            .map(|good| format!("last good {good}"))
            .unwrap_or_default();
        for version in &package.versions {
            row("release", &super::purl(&package.name, Some(version)), &good, "");
        }
        if package.whole {
            row("package", &super::purl(&package.name, None), "every version", "");
        }
        if let Some(range) = &package.range {
            row("range", &super::purl(&package.name, None), range, "");
        }
        for digest in &package.tarballs {
            row("tarball", digest, &package.name, "");
        }
    }
    for indicator in &campaign.indicators {
        let kind = serde_json::to_value(indicator.kind).ok();
        let kind = kind
            .as_ref()
            .and_then(serde_json::Value::as_str)
            .unwrap_or("other");
        row(
            kind,
            &indicator.value,
            indicator.label.as_deref().unwrap_or_default(),
            indicator.by.as_deref().unwrap_or_default(),
        );
    }
    out
}

/// RFC 4180, and a quotation mark before what a spreadsheet would calculate.
fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_no_formulas_and_break_nothing() {
        assert_eq!(cell("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("pkg:npm/a@1.0.0"), "pkg:npm/a@1.0.0");
    }
}
