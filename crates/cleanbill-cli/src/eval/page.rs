//! A score as one page that needs nothing beside it: tables, and pictures in SVG.
//! Every name in it comes from a corpus, so every name goes through the escaper.
use std::fmt::Write as _;

use cleanbill_report::escape::html::text;

use super::{
    memory::Peak,
    plot::{Bar, bars, curve},
    score::Score,
    tell::{Detail, Run, worst_first},
};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}\
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{border-bottom:1px solid #d0d7de;padding:.25rem .5rem;text-align:left;vertical-align:top}\
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}svg{max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:#1b1f24}\
.name{text-anchor:end}.axis{text-anchor:middle;fill:#57606a}.grid{stroke:#d0d7de}.bar{fill:#5b8fd9}.interval{stroke:#1b1f24;stroke-width:2}\
.mark{stroke:#c4432b;stroke-width:3}.curve{fill:none;stroke:#5b8fd9;stroke-width:2}\
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}svg text{fill:#e6edf3}.axis{fill:#9198a1}.interval{stroke:#e6edf3}th,td{border-color:#30363d}.grid{stroke:#30363d}}";

/// The page.
#[must_use]
pub fn page(runs: &[Run], peak: Peak, detail: Detail) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>Recall and false alarms</title><style>{STYLE}</style></head><body>\n<h1>Recall and false alarms</h1>\n<p>cleanbill {}. Bars show counts, lines 95 % intervals after Wilson. An attack that was not assessed counts as missed.</p>\n",
        env!("CARGO_PKG_VERSION")
    );
    let named = |pick: fn(&Score) -> super::share::Share| -> Vec<Bar> {
        runs.iter()
            .map(|run| Bar {
                name: run.voices.as_str().to_owned(),
                share: pick(&run.score),
                mark: None,
            })
            .collect()
    };
    for (title, rows) in [
        ("Attacks held or blocked", named(|score| score.held)),
        ("Attacks blocked", named(|score| score.blocked)),
        (
            "Families of which every attack is held",
            named(|score| score.families_held),
        ),
        ("Honest releases held or blocked", named(|score| score.false_held)),
    ] {
        let _ = writeln!(html, "<h2>{title}</h2>\n{}", bars(title, &rows));
    }
    html.push_str("<h2>By what is heard</h2>\n<table><tr><th>heard</th><th class=\"n\">families held, mean</th><th class=\"n\">families blocked, mean</th><th class=\"n\">attacks not assessed</th><th class=\"n\">honest not assessed</th><th class=\"n\">p50 ms</th><th class=\"n\">p95</th><th class=\"n\">p99</th><th class=\"n\">most</th></tr>\n");
    for run in runs {
        let score = &run.score;
        let [p50, p95, p99, most] = score.times.map(|time| time.as_secs_f64() * 1000.0);
        let of = score.families_held.of;
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td class=\"n\">{:.1} % of {of}</td><td class=\"n\">{:.1} % of {of}</td><td class=\"n\">{} of {}</td><td class=\"n\">{} of {}</td><td class=\"n\">{p50:.1}</td><td class=\"n\">{p95:.1}</td><td class=\"n\">{p99:.1}</td><td class=\"n\">{most:.1}</td></tr>",
            run.voices.as_str(),
            score.macro_held * 100.0,
            score.macro_blocked * 100.0,
            score.attacks_unassessed.count,
            score.attacks_unassessed.of,
            score.honest_unassessed.count,
            score.honest_unassessed.of,
        );
    }
    html.push_str("</table>\n");
    let size = |mib: Option<f64>| mib.map_or_else(|| "not known".to_owned(), |mib| format!("{mib:.0} MiB"));
    let _ = writeln!(
        html,
        "<p>Most memory at one time: {} in the program, {} in one worker.</p>",
        size(peak.own),
        size(peak.worker)
    );
    if let Some(run) = fullest(runs) {
        one(&mut html, run, detail);
    }
    html.push_str("</body></html>\n");
    html
}

/// The run in which everything is heard, or the last one.
#[must_use]
pub fn fullest(runs: &[Run]) -> Option<&Run> {
    runs.iter()
        .find(|run| run.voices == super::corpus::Voices::Both)
        .or_else(|| runs.last())
}

fn one(html: &mut String, run: &Run, detail: Detail) {
    let score = &run.score;
    let _ = writeln!(html, "<h1>With {}</h1>", run.voices.as_str());
    let kinds: Vec<Bar> = score
        .by_kind
        .iter()
        .map(|(kind, share)| Bar {
            name: kind.clone(),
            share: *share,
            mark: None,
        })
        .collect();
    let _ = writeln!(
        html,
        "<h2>Held by technique and trigger</h2>\n{}",
        bars("Held by technique and trigger", &kinds)
    );
    if !score.by_transform.is_empty() {
        let held: Vec<Bar> = worst_first(score)
            .into_iter()
            .map(|(name, one)| Bar {
                name: name.to_owned(),
                share: one.held,
                mark: (one.held_before.of > 0).then_some(one.held_before),
            })
            .collect();
        let _ = writeln!(
            html,
            "<h2>Held under each transform</h2>\n<p>The red mark is the share of the same attacks held before the transform.</p>\n{}",
            bars("Held under each transform", &held)
        );
    }
    let times: Vec<f64> = run
        .judged
        .iter()
        .map(|one| one.took.as_secs_f64() * 1000.0)
        .collect();
    let _ = writeln!(
        html,
        "<h2>Time a case</h2>\n{}",
        curve("Share of cases done in less than this", &times)
    );
    if detail == Detail::Counts {
        return;
    }
    let lost: Vec<(String, String)> = score
        .by_transform
        .values()
        .flat_map(|one| one.lost.iter().cloned())
        .collect();
    for (title, list) in [
        ("Missed", &score.missed),
        ("Lost to a transform", &lost),
        ("Alarms, and honest releases not assessed", &score.alarms),
    ] {
        let _ = writeln!(
            html,
            "<h2>{title}</h2>\n<table><tr><th>case</th><th>said</th></tr>"
        );
        for (id, said) in list {
            let _ = writeln!(html, "<tr><td>{}</td><td>{}</td></tr>", text(id), text(said));
        }
        html.push_str("</table>\n");
    }
}
