//! What people and programs see, all views of the same result side by side; and what no view may show.
use proptest::prelude::*;

use crate::{
    Format, RenderOptions,
    escape::{deceives, hostile},
    format::{Colour, Detail},
    render_audit, render_inspect, samples,
};

#[test]
fn every_view_of_every_situation() {
    for (name, report) in samples::named() {
        for format in Format::ALL {
            let text = render_audit(&report, *format, &RenderOptions::default()).unwrap();
            // The page is its template and its data; snapshotting the styles would only hide the data.
            let text = text
                .split_once("<main")
                .map_or(text.clone(), |(_, main)| format!("<main{main}"));
            let text = text
                .split_once("<script>")
                .map_or(text.clone(), |(main, _)| main.to_owned());
            insta::assert_snapshot!(format!("{name}-{}", format.as_str()), text);
        }
    }
}

#[test]
fn one_release_in_depth() {
    for format in [Format::Human, Format::Json] {
        let text = render_inspect(&samples::inspected(), format, &RenderOptions::default()).unwrap();
        insta::assert_snapshot!(format!("inspect-{}", format.as_str()), text);
    }
}

#[test]
fn everything_asked_for_and_next_to_nothing() {
    for (detail, name) in [(Detail::Verbose, "verbose"), (Detail::Quiet, "quiet")] {
        let options = RenderOptions {
            detail,
            ..RenderOptions::default()
        };
        let text = render_audit(&samples::vulnerable(), Format::Human, &options).unwrap();
        insta::assert_snapshot!(format!("vulnerable-human-{name}"), text);
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    for report in samples::all() {
        let plain = render_audit(&report, Format::Human, &RenderOptions::default()).unwrap();
        let options = RenderOptions {
            colour: Colour::Always,
            ..RenderOptions::default()
        };
        let coloured = render_audit(&report, Format::Human, &options).unwrap();
        assert_eq!(without_colour(&coloured), plain);
    }
}

/// Drops `ESC [ … m`, the only sequences that may be there.
fn without_colour(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    out + rest
}

#[test]
fn every_view_is_the_same_twice() {
    let report = samples::blocked_with_chain();
    for format in Format::ALL {
        let draw = || render_audit(&report, *format, &RenderOptions::default()).unwrap();
        assert_eq!(draw(), draw(), "{}", format.as_str());
    }
}

#[test]
fn eighty_columns_are_enough_but_for_what_is_copied_whole() {
    for (name, report) in samples::named() {
        let text = render_audit(&report, Format::Human, &RenderOptions::default()).unwrap();
        let whole =
            |line: &&str| line.trim_start().starts_with("run:") || line.trim_start().starts_with("-->");
        for line in text.lines().filter(|line| !whole(line)) {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
    }
}

#[test]
fn a_large_clean_tree_is_told_in_a_moment() {
    let report = samples::large(1_300);
    let text = render_audit(&report, Format::Human, &RenderOptions::default()).unwrap();
    assert!(text.len() < 1_000 && text.contains("1,300 releases"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_text_of_a_package_breaks_out_of_any_view(text in hostile::text()) {
        let report = samples::hostile_with(&text);
        let inspect = samples::inspected_from(&report);
        for format in Format::ALL {
            let options = RenderOptions { detail: Detail::Verbose, ..RenderOptions::default() };
            for out in [
                render_audit(&report, *format, &options).unwrap(),
                render_inspect(&inspect, *format, &options).unwrap(),
            ] {
                let name = format.as_str();
                prop_assert!(!out.chars().any(|c| c != '\n' && deceives(c)), "{name} shows a deceiving character");
                if !matches!(format, Format::Github) {
                    prop_assert!(out.lines().all(|line| !line.trim_start().starts_with("::")), "{name} starts a command");
                }
            }
        }
    }
}
