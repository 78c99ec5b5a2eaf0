//! Checks that hold the tree together, each in a file of its own: a check takes the tree and returns complaints.
//! A complaint says where, what is wrong and what to do; the tool fails when there is one.
pub(crate) mod arrows;
pub(crate) mod audits;
pub(crate) mod hosts;
pub(crate) mod licences;
pub(crate) mod openings;
pub(crate) mod paths;
pub(crate) mod sizes;

use anyhow::Result;

use crate::tree::Tree;

/// Every complaint about the tree, by check.
pub(crate) fn all(tree: &Tree) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for check in [
        arrows::check,
        audits::check,
        sizes::check,
        paths::check,
        openings::check,
        hosts::check,
        licences::check,
    ] {
        complaints.extend(check(tree)?);
    }
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_clean(check: fn(&Tree) -> Result<Vec<String>>) {
        let complaints = check(&Tree::here().unwrap()).unwrap();
        assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    }

    #[test]
    fn arrows_point_where_the_architecture_says() {
        is_clean(arrows::check);
    }

    #[test]
    fn audits_pages_and_cases_are_the_same_set() {
        is_clean(audits::check);
    }

    #[test]
    fn no_file_is_a_monster() {
        is_clean(sizes::check);
    }

    #[test]
    fn paths_in_documents_exist() {
        is_clean(paths::check);
    }

    #[test]
    fn every_source_file_says_what_it_is_for() {
        is_clean(openings::check);
    }

    #[test]
    fn no_registry_is_named() {
        is_clean(hosts::check);
    }
    #[test]
    fn every_licence_we_build_on_is_allowed() {
        is_clean(licences::check);
    }
}
