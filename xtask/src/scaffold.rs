//! New parts, complete and registered: an audit, a lockfile format, a report format.
//! Everything made compiles at once and fails a test until its author has written the real thing.
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::{
    audits::{CRATE, upper_camel},
    generate,
    tree::Tree,
};

/// A new audit: file, page, a flagged and a clean case; then everything generated.
pub(crate) fn audit(tree: &Tree, id: &str) -> Result<Vec<PathBuf>> {
    let names = Names::of(id)?;
    let files = [
        (
            format!("{CRATE}/src/catalogue/{}.rs", names.module),
            names.fill(include_str!("../templates/audit.rs.txt")),
        ),
        (
            format!("{CRATE}/docs/{id}.md"),
            names.fill(include_str!("../templates/page.md.txt")),
        ),
        (
            format!("{CRATE}/fixtures/{id}/flagged/rename-me/case.json"),
            CASE.to_owned(),
        ),
        (
            format!("{CRATE}/fixtures/{id}/flagged/rename-me/packument.json"),
            PACKUMENT.to_owned(),
        ),
        (
            format!("{CRATE}/fixtures/{id}/clean/rename-me/case.json"),
            CASE.to_owned(),
        ),
        (
            format!("{CRATE}/fixtures/{id}/clean/rename-me/packument.json"),
            PACKUMENT.to_owned(),
        ),
    ];
    let mut made = write_new(tree, &files)?;
    for output in generate::stale(tree)? {
        tree.write(&output.path, &output.text)?;
        made.push(output.path);
    }
    Ok(made)
}

/// A new lockfile format: file, folder of samples, and its line in the list of formats.
pub(crate) fn lockfile_format(tree: &Tree, id: &str) -> Result<Vec<PathBuf>> {
    const LOCKFILE: &str = "crates/cleanbill-lockfile";
    let names = Names::of(id)?;
    let files = [
        (
            format!("{LOCKFILE}/src/{}.rs", names.module),
            names.fill(include_str!("../templates/lockfile_format.rs.txt")),
        ),
        (
            format!("{LOCKFILE}/fixtures/{id}/README.md"),
            names.fill(include_str!("../templates/samples.md.txt")),
        ),
    ];
    let (root, list) = (
        format!("{LOCKFILE}/src/lib.rs"),
        format!("{LOCKFILE}/src/format.rs"),
    );
    let declared = declare(&tree.read(&root)?, &format!("pub mod {};", names.module))?;
    let entry = format!("&crate::{}::{}", names.module, names.type_name);
    let registered = append(
        &tree.read(&list)?,
        "pub static FORMATS: &[&dyn LockfileFormat] = &[",
        "]",
        &entry,
    )?;
    let mut made = write_new(tree, &files)?;
    tree.write(&root, &declared)?;
    tree.write(&list, &registered)?;
    made.extend([root.into(), list.into()]);
    Ok(made)
}

/// A new report format: file, and its line in the list of views.
pub(crate) fn report_format(tree: &Tree, id: &str) -> Result<Vec<PathBuf>> {
    const REPORT: &str = "crates/cleanbill-report";
    let names = Names::of(id)?;
    let files = [(
        format!("{REPORT}/src/{}.rs", names.module),
        names.fill(include_str!("../templates/report_format.rs.txt")),
    )];
    let (root, list) = (format!("{REPORT}/src/lib.rs"), format!("{REPORT}/src/format.rs"));
    let declared = declare(&tree.read(&root)?, &format!("mod {};", names.module))?;
    let line = format!(
        "    {} = \"{id}\" in {}: \"say in a few words what it is for\";\n",
        names.type_name, names.module
    );
    let text = tree.read(&list)?;
    let (before, after) = text
        .split_once("\nformats! {\n")
        .context("the list of report formats has moved")?;
    let (lines, rest) = after
        .split_once("}\n")
        .context("the list of report formats does not end")?;
    let registered = format!("{before}\nformats! {{\n{lines}{line}}}\n{rest}");
    let mut made = write_new(tree, &files)?;
    tree.write(&root, &declared)?;
    tree.write(&list, &registered)?;
    made.extend([root.into(), list.into()]);
    Ok(made)
}

const CASE: &str = "{\n \"subject\": \"pkg:npm/left@1.2.4\",\n \"as_of\": \"2026-06-17T02:00:00Z\"\n}\n";
const PACKUMENT: &str = "{\n \"name\": \"left\",\n \"dist-tags\": {\"latest\": \"1.2.4\"},\n \"time\": {\"1.2.4\": \
                         \"2026-06-17T01:16:00Z\"},\n \"versions\": {\"1.2.4\": {\"name\": \"left\", \"version\": \
                         \"1.2.4\"}}\n}\n";

/// An id in the spellings a part needs.
struct Names {
    id: String,
    module: String,
    type_name: String,
}

impl Names {
    fn of(id: &str) -> Result<Self> {
        let word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        ensure!(id.split('-').all(word), "`{id}` is no kebab-case id");
        Ok(Self {
            id: id.to_owned(),
            module: id.replace('-', "_"),
            type_name: upper_camel(id),
        })
    }

    fn fill(&self, template: &str) -> String {
        template
            .replace("{id}", &self.id)
            .replace("{module}", &self.module)
            .replace("{Type}", &self.type_name)
    }
}

/// Writes files none of which may be there yet.
fn write_new(tree: &Tree, files: &[(String, String)]) -> Result<Vec<PathBuf>> {
    for (path, _) in files {
        ensure!(!tree.has(path), "`{path}` is there already");
    }
    for (path, text) in files {
        tree.write(path, text)?;
    }
    Ok(files.iter().map(|(path, _)| path.into()).collect())
}

/// Adds a module line among those of its kind, in order.
fn declare(root: &str, line: &str) -> Result<String> {
    let is_module =
        |line: &str| (line.starts_with("mod ") || line.starts_with("pub mod ")) && line.ends_with(';');
    let name = |line: &str| line.trim_start_matches("pub ").to_owned();
    let mut lines: Vec<&str> = root.lines().collect();
    let before = lines
        .iter()
        .position(|other| is_module(other) && name(other) > name(line));
    let last = lines
        .iter()
        .rposition(|other| is_module(other))
        .context("the crate's root has no modules")?;
    lines.insert(before.unwrap_or(last + 1), line);
    Ok(lines.join("\n") + "\n")
}

/// Adds an entry at the end of a list, whether it stands on one line or on many.
fn append(text: &str, begins: &str, ends: &str, entry: &str) -> Result<String> {
    let (before, rest) = text
        .split_once(begins)
        .with_context(|| format!("`{begins}` has moved"))?;
    let (list, after) = rest
        .split_once(&format!("{ends};"))
        .context("the list does not end")?;
    let mut entries: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .collect();
    entries.push(entry);
    let list: String = entries.iter().map(|entry| format!("    {entry},\n")).collect();
    Ok(format!("{before}{begins}\n{list}{ends};{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (tempfile::TempDir, Tree) {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::at(folder.path());
        for (path, text) in [
            (
                "crates/cleanbill-lockfile/src/lib.rs",
                "//! a\nmod b;\npub mod y;\n\npub use y::Y;\n",
            ),
            (
                "crates/cleanbill-lockfile/src/format.rs",
                "pub static FORMATS: &[&dyn LockfileFormat] = &[&crate::y::Y];\n",
            ),
            ("crates/cleanbill-report/src/lib.rs", "//! a\nmod b;\n"),
            (
                "crates/cleanbill-report/src/format.rs",
                "macro\n\nformats! {\n    B = \"b\" in b: \"x\";\n}\n\nrest\n",
            ),
        ] {
            tree.write(path, text).unwrap();
        }
        (folder, tree)
    }

    #[test]
    fn a_new_audit_comes_with_page_cases_and_registration() {
        let (_folder, tree) = sample();
        audit(&tree, "left-seen").unwrap();
        assert!(generate::stale(&tree).unwrap().is_empty());
        let catalogue = tree.read("crates/cleanbill-audits/src/catalogue.rs").unwrap();
        assert!(
            catalogue.contains("mod left_seen;") && catalogue.contains("&left_seen::LeftSeen,"),
            "{catalogue}"
        );
        assert!(tree.has("crates/cleanbill-audits/fixtures/left-seen/clean/rename-me/case.json"));
        assert!(
            crate::tidy::audits::check(&tree).unwrap().is_empty(),
            "{:?}",
            crate::tidy::audits::check(&tree)
        );
        assert!(audit(&tree, "left-seen").is_err());
        assert!(audit(&tree, "Left_Seen").is_err());
    }

    #[test]
    fn a_new_lockfile_format_is_declared_and_listed() {
        let (_folder, tree) = sample();
        lockfile_format(&tree, "left-lock").unwrap();
        let root = tree.read("crates/cleanbill-lockfile/src/lib.rs").unwrap();
        assert_eq!(
            root,
            "//! a\nmod b;\npub mod left_lock;\npub mod y;\n\npub use y::Y;\n"
        );
        let list = tree.read("crates/cleanbill-lockfile/src/format.rs").unwrap();
        assert!(
            list.contains("    &crate::y::Y,\n    &crate::left_lock::LeftLock,\n];"),
            "{list}"
        );
    }

    #[test]
    fn a_new_report_format_is_declared_and_listed() {
        let (_folder, tree) = sample();
        report_format(&tree, "left").unwrap();
        assert_eq!(
            tree.read("crates/cleanbill-report/src/lib.rs").unwrap(),
            "//! a\nmod b;\nmod left;\n"
        );
        let list = tree.read("crates/cleanbill-report/src/format.rs").unwrap();
        assert!(
            list.contains("    B = \"b\" in b: \"x\";\n    Left = \"left\" in left: "),
            "{list}"
        );
    }
}
