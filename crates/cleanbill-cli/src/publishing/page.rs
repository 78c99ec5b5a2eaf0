//! One campaign's page: the quick answer first, then what happened, who is affected, what to do, questions,
//! evidence, sources, and how sure anybody is. Every word of a file goes through the page's escaper.
use std::fmt::Write as _;

use cleanbill_feeds::campaign::{Campaign, Class, IndicatorKind};
use cleanbill_hunt::{answer::advice, exchange::title};
use cleanbill_intel::{Punishment, technique::techniques};
use cleanbill_model::{Confidence, Timestamp};
use cleanbill_report::escape::html::{text, ticked};

use super::{began_text, claim, counted, drawing, related, versions};
use crate::hunting::step_name;

/// Rows of one table; the JSON beside the page has them all.
const MAX_ROWS: usize = 3_000;
/// Rows from which a table is folded, so that what to do does not stand below hundreds of names.
const FOLDED_ROWS: usize = 24;

/// Whether a page stands alone or in a site with files beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In its folder of a site.
    Site,
    /// A file of its own.
    Alone,
}

/// The page.
#[must_use]
pub fn page(campaign: &Campaign, all: &[Campaign], made: Timestamp, place: Place) -> String {
    let mut out = head(
        &campaign.name,
        place,
        if place == Place::Site { "../" } else { "" },
    );
    if place == Place::Site {
        out.push_str("<nav><a href=\"../index.html\">All campaigns</a></nav>\n");
    }
    let _ = write!(
        out,
        "<h1>{}</h1>\n<p class=\"meta\"><code>{}</code> · began {} · {}</p>\n",
        ticked(title(campaign)),
        text(&campaign.id),
        text(&began_text(campaign)),
        counted(campaign)
    );
    quick(&mut out, campaign);
    contents(&mut out, campaign);
    happened(&mut out, campaign);
    affected(&mut out, campaign);
    to_do(&mut out, campaign);
    questions(&mut out, campaign);
    evidence(&mut out, campaign);
    sources(&mut out, campaign);
    alike(&mut out, campaign, all, place);
    if place == Place::Site {
        out.push_str("<p class=\"meta\">For programs: <a href=\"campaign.json\">campaign file</a>, <a href=\"osv.json\">OSV</a>, <a href=\"stix.json\">STIX 2.1</a>, <a href=\"misp.json\">MISP</a>, <a href=\"indicators.csv\">CSV</a>, <a href=\"navigator.json\">ATT&amp;CK Navigator</a>.</p>\n");
    }
    let _ = write!(
        out,
        "<p class=\"meta\">As known on {made}.</p>\n</main></body></html>\n"
    );
    out
}

/// The beginning of every page; `up` leads to the site's root.
pub(super) fn head(name: &str, place: Place, up: &str) -> String {
    let (policy, style) = match place {
        Place::Site => (
            "default-src 'none'; style-src 'self'",
            format!(
                "<link rel=\"stylesheet\" href=\"{up}style.css\"><link rel=\"alternate\" type=\"application/atom+xml\" href=\"{up}atom.xml\"><link rel=\"alternate\" type=\"application/rss+xml\" href=\"{up}feed.xml\">"
            ),
        ),
        Place::Alone => (
            "default-src 'none'; style-src 'unsafe-inline'",
            format!("<style>{}</style>", super::site::STYLE),
        ),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\
         <title>{}</title>{style}</head><body><main>\n",
        text(&name.replace('`', ""))
    )
}

fn quick(out: &mut String, campaign: &Campaign) {
    let what = match campaign.class {
        Class::Hijack => "Good packages were taken over and published with malicious code.",
        Class::Squat => "Packages were made to be mistaken for others, or to be believed.",
        Class::Sleeper => "Packages that had been useful turned malicious.",
        Class::Sabotage => "An author changed their own packages to do harm.",
        Class::Infra => "Packages were reached through something they relied on.",
        Class::FalsePositive => "This was no malware, though it was reported as such.",
    };
    let _ = write!(out, "<section class=\"quick\"><h2>Quick answer</h2>\n<p>{what} ");
    if campaign.class == Class::FalsePositive {
        out.push_str("Nothing has to be done.</p></section>\n");
        return;
    }
    if campaign.packages.is_empty() {
        out.push_str("Its packages are not known here by name, so no machine can be asked; read the sources below.</p></section>\n");
        return;
    }
    let when: Vec<&str> = campaign.execution.when.iter().map(String::as_str).collect();
    let _ = write!(
        out,
        "You are affected if one of the versions below was installed{}.</p>\n<p>Ask your machines: <code>cleanbill hunt --campaign {}</code></p></section>\n",
        if when.contains(&"import") && !when.contains(&"install") {
            " and its code was run"
        } else {
            ", also on a build machine"
        },
        text(&campaign.id)
    );
}

/// Links to the page's parts.
fn contents(out: &mut String, campaign: &Campaign) {
    let parts = [
        ("happened", "What happened", true),
        ("affected", "Who is affected", true),
        ("to-do", "What to do", campaign.class != Class::FalsePositive),
        (
            "questions",
            "Common questions",
            campaign.class != Class::FalsePositive,
        ),
        ("evidence", "Evidence", true),
        ("sources", "Sources", true),
    ];
    let links: Vec<String> = parts
        .iter()
        .filter(|(_, _, there)| *there)
        .map(|(id, words, _)| format!("<a href=\"#{id}\">{words}</a>"))
        .collect();
    let _ = writeln!(out, "<nav class=\"meta\">{}</nav>", links.join(" · "));
}

/// The tags around a table: folded where it has more than [`FOLDED_ROWS`].
fn around(rows: usize, what: &str) -> (String, &'static str) {
    if rows > FOLDED_ROWS {
        (
            format!("<details><summary>All {rows} {what}</summary><div class=\"wide\">"),
            "</div></details>\n",
        )
    } else {
        ("<div class=\"wide\">".to_owned(), "</div>\n")
    }
}

fn happened(out: &mut String, campaign: &Campaign) {
    let _ = write!(
        out,
        "<h2 id=\"happened\">What happened</h2>\n<p>How they got in: {}.</p>\n<p>When the code ran: {} ({}).</p>\n",
        ticked(&campaign.vector),
        ticked(&campaign.execution.detail),
        text(&campaign.execution.when.join(", "))
    );
    if let Some(hiding) = &campaign.hiding {
        let _ = writeln!(out, "<p>How it hid: {}.</p>", ticked(hiding));
    }
    if let Some(drawn) = drawing::timeline(campaign) {
        out.push_str(&drawn);
    }
    if !campaign.timeline.is_empty() {
        out.push_str("\n<ol class=\"moments\">");
        for moment in campaign.timeline.iter().take(MAX_ROWS) {
            let by = moment
                .by
                .as_deref()
                .map(|by| format!(" (says {})", text(by)))
                .unwrap_or_default();
            let _ = write!(
                out,
                "<li><time>{}</time> {}{by}</li>",
                text(&moment.at),
                ticked(&moment.what)
            );
        }
        out.push_str("</ol>\n");
    }
}

fn affected(out: &mut String, campaign: &Campaign) {
    out.push_str("<h2 id=\"affected\">Who is affected</h2>\n");
    let listed = campaign.packages.len();
    if let Some(told) = campaign.reported.packages
        && listed > 0
        && usize::try_from(told).is_ok_and(|told| told != listed)
    {
        let _ = writeln!(
            out,
            "<p>Sources speak of {told} packages; {listed} are known here by name.</p>"
        );
    }
    if campaign.packages.is_empty() {
        out.push_str("<p>No package is known here by name.</p>\n");
        return;
    }
    let (before, after) = around(campaign.packages.len(), "packages");
    out.push_str(&before);
    out.push_str(
        "<table><thead><tr><th>package</th><th>bad versions</th><th>last good</th></tr></thead><tbody>\n",
    );
    for package in campaign.packages.iter().take(MAX_ROWS) {
        let _ = writeln!(
            out,
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            text(&package.name),
            text(&versions(package)),
            text(package.last_good.as_deref().unwrap_or(if package.whole {
                "none: remove it"
            } else {
                "not told"
            }))
        );
    }
    out.push_str("</tbody></table>");
    out.push_str(after);
    out.push_str(&drawing::graph(campaign));
    out.push('\n');
}

fn to_do(out: &mut String, campaign: &Campaign) {
    if campaign.class == Class::FalsePositive {
        return;
    }
    let (steps, within_reach, _) = advice(campaign);
    out.push_str(
        "<h2 id=\"to-do\">What to do</h2>\n<p>In this order, where a bad version was installed:</p>\n<ol class=\"steps\">",
    );
    for step in &steps {
        let name = step_name(step.kind);
        // A step that begins with its own name says it once.
        let _ = match step.text.split_at_checked(name.len()) {
            Some((first, rest)) if first.eq_ignore_ascii_case(name) => {
                write!(out, "<li><strong>{}</strong>{}</li>", text(first), ticked(rest))
            }
            _ => {
                let (first, rest) = name.split_at_checked(1).unwrap_or((name, ""));
                write!(
                    out,
                    "<li><strong>{}{rest}:</strong> {}</li>",
                    first.to_uppercase(),
                    ticked(&step.text)
                )
            }
        };
    }
    out.push_str("</ol>\n");
    if !within_reach.is_empty() {
        let _ = writeln!(
            out,
            "<p>Within its reach: {}.</p>",
            text(&within_reach.join(", "))
        );
    }
}

fn questions(out: &mut String, campaign: &Campaign) {
    if campaign.class == Class::FalsePositive {
        return;
    }
    out.push_str("<h2 id=\"questions\">Common questions</h2>\n<dl>");
    let mut ask = |question: &str, answer: &str| {
        let _ = write!(out, "<dt>{}</dt><dd>{}</dd>", ticked(question), ticked(answer));
    };
    ask(
        "My lockfile is clean today. Is that enough?",
        "No. A lockfile of today says nothing of last week: `cleanbill hunt` reads every version of every lockfile in the history, and the caches.",
    );
    ask(
        "The version was pinned, but was it ever installed?",
        "Look for it in the caches and logs of the machines that build: `cleanbill hunt --machine`, and hand it the logs of your build system.",
    );
    if campaign.execution.when.iter().any(|when| when == "install") {
        ask(
            "Does `--ignore-scripts` protect?",
            if campaign.execution.when.iter().any(|when| when == "import") {
                "Not fully: the code also runs when the package is loaded."
            } else {
                "It stops the way this campaign is known to start. The bad version must still go: nothing shows that loading it is harmless."
            },
        );
    } else {
        ask(
            "Does `--ignore-scripts` protect?",
            "No: nothing shows that this code needs an install script.",
        );
    }
    if let Some(days) = &campaign.exposure.cooldown_days_enough {
        let enough = days
            .iter()
            .filter(|(_, enough)| **enough)
            .filter_map(|(days, _)| days.parse::<u32>().ok())
            .min();
        ask(
            "Would waiting have helped?",
            &enough.map_or_else(
                || "No: the bad releases stood longer than any cooldown looked at here.".to_owned(),
                |days| {
                    format!(
                        "Yes: with a cooldown of {days} {} the bad releases were gone before it ended.",
                        if days == 1 { "day" } else { "days" }
                    )
                },
            ),
        );
    }
    ask(
        "Should I revoke tokens at once?",
        match advice(campaign).2 {
            Punishment::Known => {
                "Not first. Its code is known to destroy when a token dies: cut the machine off and stop what runs there, then revoke."
            }
            Punishment::Possible => {
                "Stop its code first. It steals credentials and can destroy; nobody has shown that the one sets off the other, and nobody should find out the hard way."
            }
            Punishment::None => "As soon as the machine is cut off, and from another machine.",
        },
    );
    ask(
        "Who did it?",
        if campaign.attribution.is_empty() {
            "Nobody whose report is used here says."
        } else {
            "Others have said so; see below, each with its speaker. This page names nobody itself."
        },
    );
    out.push_str("</dl>\n");
}

fn evidence(out: &mut String, campaign: &Campaign) {
    out.push_str("<h2 id=\"evidence\">Evidence</h2>\n");
    if !campaign.indicators.is_empty() {
        let (before, after) = around(campaign.indicators.len(), "indicators");
        out.push_str(&before);
        out.push_str("<table><thead><tr><th>kind</th><th>value</th><th>of what</th></tr></thead><tbody>\n");
        for indicator in campaign.indicators.iter().take(MAX_ROWS) {
            let mut of = indicator.label.clone().unwrap_or_default();
            if let Some(by) = &indicator.by {
                of = format!("{of} (from {by})").trim().to_owned();
            }
            if indicator.kind == IndicatorKind::VictimUser {
                of = format!("{of} robbed, not an attacker").trim().to_owned();
            }
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td><code>{}</code></td><td>{}</td></tr>",
                drawing::kind(indicator.kind),
                text(&indicator.value),
                ticked(&of)
            );
        }
        out.push_str("</tbody></table>");
        out.push_str(after);
    }
    out.push_str("<p>Techniques, in the words of ATT&amp;CK:</p>\n<ul class=\"tight\">");
    for (id, words, signals) in techniques(campaign.signals.iter().map(String::as_str)) {
        let signals = if signals.is_empty() {
            String::new()
        } else {
            format!(" <span class=\"meta\">{}</span>", text(&signals.join(", ")))
        };
        let _ = write!(out, "<li><code>{id}</code> {}{signals}</li>", text(words));
    }
    out.push_str("</ul>\n");
}

/// Campaigns of the same make, in the words of published traits; no more than that is said.
fn alike(out: &mut String, campaign: &Campaign, all: &[Campaign], place: Place) {
    let found = related(campaign, all);
    if found.is_empty() {
        return;
    }
    out.push_str("<p>Made alike, by published traits that both show (how much each tells in brackets):</p><ul class=\"tight\">");
    for (other, shared) in found {
        let id = text(&other.id);
        let name = if place == Place::Site {
            format!("<a href=\"../{id}/index.html\">{id}</a>")
        } else {
            format!("<code>{id}</code>")
        };
        let _ = write!(out, "<li>{name}: {}</li>", text(&shared));
    }
    out.push_str("</ul>\n<p class=\"meta\">The same tools do not prove the same hand: tools are shared, sold and copied.</p>\n");
}

fn sources(out: &mut String, campaign: &Campaign) {
    out.push_str("<h2 id=\"sources\">Sources, and how sure we are</h2>\n");
    let basis = match campaign.confidence {
        Confidence::High => "High: several reports agree on the releases, and their facts could be compared.",
        Confidence::Medium => "Medium: reports agree in the main, and some facts rest on one of them.",
        Confidence::Low => "Low: one report, or reports that do not agree.",
    };
    let _ = writeln!(
        out,
        "<p>Confidence in this page: {basis} It is a statement about the basis, not about how likely anything is.</p>"
    );
    if !campaign.attribution.is_empty() {
        out.push_str("<p>Who says who did it:</p><ul class=\"tight\">");
        for told in &campaign.attribution {
            let _ = write!(out, "<li>{}</li>", ticked(&claim(told)));
        }
        out.push_str("</ul>\n");
    }
    if !campaign.notes.is_empty() {
        out.push_str("<p>What to know of the data:</p><ul class=\"tight\">");
        for note in &campaign.notes {
            let _ = write!(out, "<li>{}</li>", ticked(note));
        }
        out.push_str("</ul>\n");
    }
    out.push_str("<ul class=\"tight\">");
    for source in &campaign.sources {
        // What is no web address is shown and never linked.
        if source.starts_with("https://") {
            let _ = write!(
                out,
                "<li><a rel=\"noreferrer noopener\" href=\"{0}\">{0}</a></li>",
                text(source)
            );
        } else {
            let _ = write!(out, "<li>{}</li>", text(source));
        }
    }
    out.push_str("</ul>\n");
    if !campaign.aliases.is_empty() {
        let _ = writeln!(
            out,
            "<p class=\"meta\">Also known as {}.</p>",
            text(&campaign.aliases.join(", "))
        );
    }
}
