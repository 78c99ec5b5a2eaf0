//! The audits as their files tell them: ids from file names, descriptions from each file's `META`.
//! Read from text, so that the catalogue can be written while the crate does not build.
use anyhow::{Context, Result, ensure};

use crate::tree::Tree;

/// Where audits live.
pub(crate) const CRATE: &str = "crates/cleanbill-audits";

/// What an audit's file says of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Audit {
    /// The file's stem: `install_script_added`.
    pub(crate) module: String,
    /// `install-script-added`.
    pub(crate) id: String,
    /// One line.
    pub(crate) title: String,
    /// In lower case, as in reports.
    pub(crate) severity: String,
    /// In lower case.
    pub(crate) confidence: String,
    /// In lower case.
    pub(crate) level: String,
    /// In lower case.
    pub(crate) needs: Vec<String>,
    /// The version that brought it.
    pub(crate) since: String,
    /// In lower case.
    pub(crate) stability: String,
    /// Ids of the detection taxonomy.
    pub(crate) taxonomy: Vec<String>,
    /// MITRE ATT&CK techniques.
    pub(crate) attack: Vec<String>,
}

impl Audit {
    /// The type in its file: `InstallScriptAdded`.
    pub(crate) fn type_name(&self) -> String {
        upper_camel(&self.module)
    }

    /// Its page, in the tree.
    pub(crate) fn page(&self) -> String {
        format!("{CRATE}/docs/{}.md", self.id)
    }

    /// Its cases, in the tree.
    pub(crate) fn fixtures(&self) -> String {
        format!("{CRATE}/fixtures/{}", self.id)
    }
}

/// `a-b_c` as `ABC`-style type name.
pub(crate) fn upper_camel(id: &str) -> String {
    id.split(['-', '_'])
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<String>()
        })
        .collect()
}

/// Every audit, sorted by id.
pub(crate) fn all(tree: &Tree) -> Result<Vec<Audit>> {
    let folder = format!("{CRATE}/src/catalogue");
    let mut audits = Vec::new();
    for name in tree.names(&folder) {
        let Some(module) = name.strip_suffix(".rs") else {
            continue;
        };
        let path = format!("{folder}/{name}");
        audits.push(parse(module, &tree.read(&path)?).with_context(|| format!("`{path}`"))?);
    }
    audits.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(audits)
}

fn parse(module: &str, text: &str) -> Result<Audit> {
    let (_, after) = text
        .split_once("META: AuditMeta = AuditMeta {")
        .context("it has no `META`")?;
    let (literal, _) = after.split_once("\n};").context("its `META` does not end")?;
    let fields = fields(literal);
    let field = |name: &str| {
        let found = fields
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str());
        found.with_context(|| format!("its `META` has no `{name}`"))
    };
    let text_of = |name: &str| -> Result<String> {
        strings(field(name)?)
            .into_iter()
            .next()
            .with_context(|| format!("its `{name}` is no text"))
    };
    let word = |name: &str| -> Result<String> { Ok(variants(field(name)?).join("")) };
    let audit = Audit {
        module: module.to_owned(),
        id: text_of("id")?,
        title: text_of("title")?,
        severity: word("severity")?,
        confidence: word("confidence")?,
        level: word("level")?,
        needs: variants(field("needs")?),
        since: text_of("since")?,
        stability: word("stability")?,
        taxonomy: strings(field("taxonomy")?),
        attack: strings(field("attack")?),
    };
    ensure!(
        audit.id == module.replace('_', "-"),
        "its id is `{}`, which is not its file's name",
        audit.id
    );
    ensure!(!audit.since.is_empty(), "its `since` is empty");
    Ok(audit)
}

/// `key: value` pairs of a struct literal, split at commas outside brackets and quotes.
fn fields(literal: &str) -> Vec<(&str, String)> {
    let (mut depth, mut quoted, mut start) = (0_usize, false, 0);
    let mut parts = Vec::new();
    for (at, c) in literal.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '[' | '(' | '{' if !quoted => depth += 1,
            ']' | ')' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                parts.push(literal.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(literal.get(start..).unwrap_or_default());
    parts
        .into_iter()
        .filter_map(|part| part.split_once(':'))
        .map(|(key, value)| (key.trim(), value.trim().to_owned()))
        .collect()
}

fn strings(value: &str) -> Vec<String> {
    value.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// `Need::Package, Need::Release` as `package`, `release`.
fn variants(value: &str) -> Vec<String> {
    let end = |word: &str| {
        word.find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(word.len())
    };
    value
        .split("::")
        .skip(1)
        .filter_map(|word| word.get(..end(word)))
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
static META: AuditMeta = AuditMeta {
    id: AuditId("left-seen"),
    title: "left, then right: both",
    severity: Severity::High,
    confidence: Confidence::Low,
    level: Level::Warn,
    needs: &[
        Need::Package,
        Need::Release,
    ],
    since: "0.1.0",
    stability: Stability::Preview,
    taxonomy: &[],
    attack: &["T1195.001", "T1195.002"],
    page: include_str!("../../docs/left-seen.md"),
};
"#;

    #[test]
    fn a_description_is_read_however_it_is_wrapped() {
        let audit = parse("left_seen", FILE).unwrap();
        assert_eq!(
            (audit.id.as_str(), audit.title.as_str()),
            ("left-seen", "left, then right: both")
        );
        assert_eq!(
            (audit.severity.as_str(), audit.stability.as_str()),
            ("high", "preview")
        );
        assert_eq!(audit.needs, ["package", "release"]);
        assert_eq!(audit.attack, ["T1195.001", "T1195.002"]);
        assert!(audit.taxonomy.is_empty());
        assert_eq!(audit.type_name(), "LeftSeen");
    }

    #[test]
    fn an_id_that_is_not_the_files_name_is_refused() {
        assert!(parse("right_seen", FILE).is_err());
        assert!(parse("left_seen", "fn main() {}").is_err());
        assert!(parse("left_seen", &FILE.replace("since", "sinse")).is_err());
    }
}
