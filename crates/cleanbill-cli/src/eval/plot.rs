//! Two kinds of picture, in SVG that needs nothing beside it: shares as bars with their intervals, times as a curve.
//! It does not know what it shows.
use std::fmt::Write as _;

use cleanbill_report::escape::html::text;

use super::share::Share;

/// Width of a picture, of the names in it, and of what stands right of the bars.
const WIDTH: f64 = 860.0;
const NAMES: f64 = 230.0;
const WORDS: f64 = 190.0;
/// Height of a row.
const ROW: f64 = 22.0;

/// One bar.
pub struct Bar {
    /// What it is of.
    pub name: String,
    /// The share.
    pub share: Share,
    /// A second share, as a mark on the same line: what it was before.
    pub mark: Option<Share>,
}

/// Shares as bars from 0 to 100 %, each with its 95 % interval as a line and a mark where it was before.
#[must_use]
pub fn bars(title: &str, rows: &[Bar]) -> String {
    let span = WIDTH - NAMES - WORDS;
    let height = ROW * (Share::whole(rows.len()) + 1.0) + 12.0;
    let mut svg = format!(
        "<svg role=\"img\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" width=\"{WIDTH:.0}\" height=\"{height:.0}\"><title>{}</title>\n",
        text(title)
    );
    for tenth in 0..=4 {
        let at = NAMES + span * f64::from(tenth) / 4.0;
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"0\" y2=\"{:.1}\"/><text class=\"axis\" x=\"{at:.1}\" y=\"{:.1}\">{} %</text>",
            height - ROW,
            height - 8.0,
            tenth * 25
        );
    }
    for (index, row) in rows.iter().enumerate() {
        let top = ROW * Share::whole(index) + 4.0;
        let middle = top + ROW / 2.0 - 2.0;
        let x = |rate: f64| NAMES + span * rate;
        let (low, high) = row.share.interval();
        let _ = writeln!(
            svg,
            "<text class=\"name\" x=\"{:.1}\" y=\"{:.1}\">{}</text><rect class=\"bar\" x=\"{NAMES:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/><line class=\"interval\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\"/>",
            NAMES - 8.0,
            middle + 4.0,
            text(&row.name),
            top + 1.0,
            span * row.share.rate(),
            ROW - 8.0,
            x(low),
            x(high),
        );
        if let Some(mark) = row.mark {
            let at = x(mark.rate());
            let _ = writeln!(
                svg,
                "<line class=\"mark\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{top:.1}\" y2=\"{:.1}\"/>",
                top + ROW - 6.0
            );
        }
        let _ = writeln!(
            svg,
            "<text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{} of {} ({:.1} to {:.1} %)</text>",
            WIDTH - WORDS + 10.0,
            middle + 4.0,
            row.share.count,
            row.share.of,
            low * 100.0,
            high * 100.0,
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// How many of these times (in milliseconds, any order) lie below each time, on a logarithmic axis.
#[must_use]
pub fn curve(title: &str, times: &[f64]) -> String {
    let mut times: Vec<f64> = times.iter().map(|time| time.max(0.1)).collect();
    times.sort_by(f64::total_cmp);
    let (low, high) = (0.1_f64, times.last().copied().unwrap_or(1.0).max(1.0) * 1.2);
    let (left, width, height) = (50.0, WIDTH - 80.0, 220.0);
    let x = |time: f64| left + width * (time / low).ln() / (high / low).ln();
    let mut svg = format!(
        "<svg role=\"img\" viewBox=\"0 0 {WIDTH:.0} 260\" width=\"{WIDTH:.0}\" height=\"260\"><title>{}</title>\n",
        text(title)
    );
    let mut tick = low;
    while tick < high {
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"10\" y2=\"{1:.1}\"/><text class=\"axis\" x=\"{0:.1}\" y=\"250\">{2} ms</text>",
            x(tick),
            height + 10.0,
            if tick < 1.0 {
                format!("{tick:.1}")
            } else {
                format!("{tick:.0}")
            }
        );
        tick *= 10.0;
    }
    for percent in [50.0, 95.0, 99.0] {
        let y = 10.0 + height * (1.0 - percent / 100.0);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{left:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text class=\"axis\" x=\"28\" y=\"{:.1}\">p{percent:.0}</text>",
            left + width,
            y + 4.0
        );
    }
    let total = Share::whole(times.len()).max(1.0);
    let points: Vec<String> = times
        .iter()
        .enumerate()
        .map(|(index, time)| {
            let y = 10.0 + height * (1.0 - (Share::whole(index) + 1.0) / total);
            format!("{:.1},{y:.1}", x(*time))
        })
        .collect();
    let _ = writeln!(
        svg,
        "<polyline class=\"curve\" points=\"{}\"/>\n</svg>",
        points.join(" ")
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_and_never_markup() {
        let bar = |name: &str| Bar {
            name: name.to_owned(),
            share: Share { count: 1, of: 2 },
            mark: Some(Share { count: 2, of: 2 }),
        };
        let hostile = bars("t", &[bar("<script>x</script>")]);
        let harmless = bars("t", &[bar("name")]);
        let elements = |svg: &str| svg.matches('<').count();
        assert_eq!(elements(&hostile), elements(&harmless));
        assert!(hostile.contains("1 of 2"));
    }

    #[test]
    fn a_curve_ends_at_the_top() {
        assert!(curve("t", &[4.0, 1.0]).contains(",10.0\""));
        assert!(curve("t", &[]).contains("</svg>"));
    }
}
