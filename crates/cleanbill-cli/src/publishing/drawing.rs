//! A campaign's timeline and graph as SVG inside a page: shapes and words, no script, no link.
//! It places what it is given and knows nothing of pages.
use std::fmt::Write as _;

use cleanbill_feeds::campaign::{Campaign, IndicatorKind};
use cleanbill_model::Timestamp;
use cleanbill_report::escape::html::text;

/// Rows of a timeline, and of each side of a graph; the page's lists have them all.
const MAX_ROWS: usize = 40;
const MAX_SIDE: usize = 22;
const ROW: usize = 26;
/// Longest words in a row of a drawing.
const MAX_WORDS: usize = 62;
const MAX_NODE: usize = 34;

/// The start of a text, for a drawing.
fn short(raw: &str, limit: usize) -> String {
    let plain = raw.replace('`', "");
    match plain.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", plain.get(..at).unwrap_or_default()),
        None => plain,
    }
}

/// The timeline: a row for each moment, its dot placed by time. `None` where fewer than two moments are exact.
#[must_use]
pub fn timeline(campaign: &Campaign) -> Option<String> {
    let mut moments: Vec<(Timestamp, &str, &str)> = campaign
        .timeline
        .iter()
        .filter_map(|moment| {
            Some((
                Timestamp::parse(&moment.at).ok()?,
                moment.at.as_str(),
                moment.what.as_str(),
            ))
        })
        .collect();
    moments.sort_by_key(|(at, ..)| *at);
    moments.truncate(MAX_ROWS);
    let (first, last) = (moments.first()?.0.as_millis(), moments.last()?.0.as_millis());
    if moments.len() < 2 || first == last {
        return None;
    }
    let (left, width) = (168_i64, 220_i64);
    // Places are whole units of the drawing: nothing finer is seen.
    let place =
        |at: i64| left + (at.clamp(first, last) - first).saturating_mul(width) / (last - first).max(1);
    let height = moments.len() * ROW + 12;
    let mut out = format!(
        "<svg class=\"timeline\" viewBox=\"0 0 900 {height}\" role=\"img\" aria-label=\"timeline of {}\">",
        text(&campaign.id)
    );
    if let Some((began, end)) = campaign
        .exposure
        .hours_exposed
        .and_then(|hours| open(&moments, hours))
    {
        let (from, to) = (place(began), place(end));
        let _ = write!(
            out,
            "<rect class=\"open\" x=\"{from}\" y=\"2\" width=\"{}\" height=\"{}\"><title>a bad release could be had</title></rect>",
            (to - from).max(2),
            height - 4
        );
    }
    let _ = write!(
        out,
        "<line x1=\"{left}\" y1=\"2\" x2=\"{left}\" y2=\"{0}\"/><line x1=\"{1}\" y1=\"2\" x2=\"{1}\" y2=\"{0}\"/>",
        height - 2,
        left + width
    );
    for (row, (at, told, what)) in moments.iter().enumerate() {
        let y = row * ROW + 22;
        let x = place(at.as_millis());
        let _ = write!(
            out,
            "<text class=\"when\" x=\"158\" y=\"{y}\">{}</text><line class=\"to\" x1=\"{x}\" y1=\"{mid}\" x2=\"398\" y2=\"{mid}\"/>\
             <circle cx=\"{x}\" cy=\"{mid}\" r=\"5\"/><text x=\"406\" y=\"{y}\">{}<title>{}</title></text>",
            text(told.get(..19).unwrap_or(told)),
            text(&short(what, MAX_WORDS)),
            text(what),
            mid = y - 4,
        );
    }
    out.push_str("</svg>");
    Some(out)
}

/// Hours in files are rounded to a tenth.
const ROUNDED_MILLIS: i64 = 6 * 60 * 1000;

/// Between which moments a bad release could be had: the first two that lie as far apart as the file says. What
/// comes first may be a harmless bait, from which the hours do not count.
fn open(moments: &[(Timestamp, &str, &str)], hours: f64) -> Option<(i64, i64)> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float beyond an i64 is cut to its ends"
    )]
    let length = (hours * 3_600_000.0) as i64;
    let at = || moments.iter().map(|(at, ..)| at.as_millis());
    at().find_map(|began| {
        let end =
            at().find(|end| end.saturating_sub(began).abs_diff(length) <= ROUNDED_MILLIS.unsigned_abs())?;
        (end > began).then_some((began, end))
    })
}

/// The graph: packages at the left, the campaign, what it talks to and leaves behind at the right.
#[must_use]
pub fn graph(campaign: &Campaign) -> String {
    let packages: Vec<(String, &str)> = campaign
        .packages
        .iter()
        .map(|package| (package.name.clone(), "package"))
        .collect();
    let things: Vec<(String, &str)> = campaign
        .indicators
        .iter()
        .filter(|indicator| indicator.kind != IndicatorKind::Hash)
        .map(|indicator| (indicator.value.clone(), kind(indicator.kind)))
        .collect();
    let (left, right) = (side(packages), side(things));
    let rows = left.len().max(right.len()).max(1);
    let height = rows * ROW + 20;
    let middle = height / 2;
    let mut out = format!(
        "<svg class=\"graph\" viewBox=\"0 0 900 {height}\" role=\"img\" aria-label=\"packages and indicators of {}\">",
        text(&campaign.id)
    );
    for (nodes, anchor, edge, words, from) in
        [(&left, "end", 290, 280, 370), (&right, "start", 610, 620, 530)]
    {
        let top = middle.saturating_sub(nodes.len() * ROW / 2);
        for (row, (name, what)) in nodes.iter().enumerate() {
            let y = top + row * ROW + ROW / 2;
            let half = if from == 370 { 330 } else { 570 };
            let _ = write!(
                out,
                "<path d=\"M{from} {middle} C{half} {middle} {half} {y} {edge} {y}\"/><text text-anchor=\"{anchor}\" x=\"{words}\" y=\"{}\">{}<title>{}: {}</title></text>",
                y + 4,
                text(&short(name, MAX_NODE)),
                what,
                text(name)
            );
        }
    }
    let _ = write!(
        out,
        "<rect class=\"campaign\" x=\"370\" y=\"{}\" width=\"160\" height=\"36\" rx=\"6\"/><text class=\"name\" text-anchor=\"middle\" x=\"450\" y=\"{}\">{}</text></svg>",
        middle - 18,
        middle + 5,
        text(&short(&campaign.id, 20))
    );
    out
}

/// One side of the graph, the rest in one node.
fn side(mut nodes: Vec<(String, &'static str)>) -> Vec<(String, &'static str)> {
    if nodes.len() > MAX_SIDE {
        let more = nodes.len() - (MAX_SIDE - 1);
        nodes.truncate(MAX_SIDE - 1);
        nodes.push((format!("and {more} more"), "others"));
    }
    nodes
}

/// An indicator's kind, in words.
#[must_use]
pub fn kind(kind: IndicatorKind) -> &'static str {
    match kind {
        IndicatorKind::Domain => "domain",
        IndicatorKind::Ip => "address",
        IndicatorKind::Hash => "digest",
        IndicatorKind::File => "file or marker",
        IndicatorKind::Email => "mail address",
        IndicatorKind::NpmUser => "registry account",
        IndicatorKind::VictimUser => "account of a victim",
    }
}
