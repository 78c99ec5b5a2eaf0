//! The whole site as files: its index, a folder for each campaign, feeds, and everything for programs.
//! It makes bytes and touches no disk.
use std::fmt::Write as _;

use cleanbill_feeds::campaign::Campaign;
use cleanbill_hunt::exchange::{csv, misp, osv, stix, title};
use cleanbill_model::Timestamp;
use cleanbill_report::escape::html::{text, ticked};
use serde_json::{Value, json};

use super::{
    began_text, counted, feeds, navigator,
    page::{Place, head, page},
};

/// The style of every page, for light and dark, wide and narrow.
pub const STYLE: &str = include_str!("style.css");

/// One file: its path in the site, and its bytes.
pub type File = (String, Vec<u8>);

/// The site. `base` is where it will be served, with a slash at its end.
///
/// # Errors
/// When something cannot be written as JSON; a fault of ours.
pub fn site(campaigns: &[Campaign], base: &str, made: Timestamp) -> Result<Vec<File>, serde_json::Error> {
    let mut newest: Vec<&Campaign> = campaigns.iter().collect();
    newest.sort_by(|a, b| began_text(b).cmp(&began_text(a)).then_with(|| a.id.cmp(&b.id)));
    let mut files: Vec<File> = vec![
        ("style.css".into(), STYLE.as_bytes().to_vec()),
        ("index.html".into(), index(&newest, made).into_bytes()),
        ("atom.xml".into(), feeds::atom(&newest, base, made).into_bytes()),
        ("feed.xml".into(), feeds::rss(&newest, base, made).into_bytes()),
    ];
    let mut add = |path: String, value: &Value| -> Result<(), serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(value)?;
        bytes.push(b'\n');
        files.push((path, bytes));
        Ok(())
    };
    let records: Vec<Value> = newest
        .iter()
        .map(|campaign| osv::record(campaign, made))
        .collect();
    add("osv.json".into(), &Value::Array(records))?;
    add("stix.json".into(), &stix::bundle(&newest, made))?;
    add(
        "campaigns.json".into(),
        &json!({"schema": "cleanbill.campaigns/v1", "campaigns": newest}),
    )?;
    for campaign in &newest {
        let of = |name: &str| format!("{}/{name}", campaign.id);
        add(of("campaign.json"), &serde_json::to_value(campaign)?)?;
        add(of("osv.json"), &osv::record(campaign, made))?;
        add(of("stix.json"), &stix::bundle(&[campaign], made))?;
        add(of("misp.json"), &misp::event(campaign, made))?;
        add(of("navigator.json"), &navigator::layer(campaign))?;
    }
    for campaign in &newest {
        let table = csv::HEAD.to_owned() + &csv::rows(campaign);
        files.push((format!("{}/indicators.csv", campaign.id), table.into_bytes()));
        files.push((
            format!("{}/index.html", campaign.id),
            page(campaign, campaigns, made, Place::Site).into_bytes(),
        ));
    }
    Ok(files)
}

fn index(newest: &[&Campaign], made: Timestamp) -> String {
    let mut out = head("Supply-chain campaigns", Place::Site, "");
    let _ = write!(
        out,
        "<h1>Supply-chain campaigns</h1>\n<p>What was published, who is affected, and what to do first. Ask your machines: <code>cleanbill hunt</code></p>\n\
         <p class=\"meta\">{} campaigns, as known on {made}. Follow them: <a href=\"atom.xml\">Atom</a>, <a href=\"feed.xml\">RSS</a>. For programs: <a href=\"campaigns.json\">JSON</a>, <a href=\"osv.json\">OSV</a>, <a href=\"stix.json\">STIX 2.1</a>.</p>\n\
         <div class=\"wide\"><table><thead><tr><th>began</th><th>campaign</th><th>how much</th></tr></thead><tbody>\n",
        newest.len()
    );
    for campaign in newest {
        let _ = writeln!(
            out,
            "<tr><td><time>{}</time></td><td><a href=\"{}/index.html\">{}</a></td><td>{}</td></tr>",
            text(&began_text(campaign)),
            text(&campaign.id),
            ticked(title(campaign)),
            counted(campaign)
        );
    }
    out.push_str("</tbody></table></div>\n</main></body></html>\n");
    out
}
