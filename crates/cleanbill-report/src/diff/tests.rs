//! What people and programs see of a comparison, and what no view of it may show.
use proptest::prelude::*;

use super::{DiffFormat, render_diff, samples};
use crate::{
    RenderOptions,
    escape::{deceives, hostile},
    format::{Colour, Detail},
};

fn drawn(report: &super::DiffReport, format: DiffFormat) -> String {
    render_diff(report, format, &RenderOptions::default()).unwrap()
}

#[test]
fn every_view_of_a_hijack_and_of_nothing() {
    for (name, report) in [("hijacked", samples::hijacked()), ("same", samples::same())] {
        for format in DiffFormat::ALL {
            let text = drawn(&report, format);
            // The page is its template and its data; snapshotting the styles would only hide the data.
            let text = text
                .split_once("<main")
                .map_or(text.clone(), |(_, main)| format!("<main{main}"));
            insta::assert_snapshot!(format!("{name}-{}", format.as_str()), text);
        }
    }
}

#[test]
fn everything_asked_for_shows_every_file() {
    let options = RenderOptions {
        detail: Detail::Verbose,
        ..RenderOptions::default()
    };
    let all = render_diff(&samples::hijacked(), DiffFormat::Human, &options).unwrap();
    let usual = drawn(&samples::hijacked(), DiffFormat::Human);
    assert!(all.contains("lib/13.js") && !usual.contains("lib/13.js"), "{all}");
}

#[test]
fn a_view_is_found_by_its_name_and_by_no_other() {
    for format in DiffFormat::ALL {
        assert_eq!(format.as_str().parse(), Ok(format));
    }
    assert!("xml".parse::<DiffFormat>().is_err());
}

#[test]
fn a_new_chain_is_a_code_flow_and_valid_by_the_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../testdata/schema/sarif-2.1.0.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for report in [samples::hijacked(), samples::same()] {
        let log: serde_json::Value = serde_json::from_str(&drawn(&report, DiffFormat::Sarif)).unwrap();
        let flaws: Vec<String> = schema.iter_errors(&log).map(|flaw| flaw.to_string()).collect();
        assert_eq!(flaws, Vec::<String>::new());
    }
    let log: serde_json::Value =
        serde_json::from_str(&drawn(&samples::hijacked(), DiffFormat::Sarif)).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(
        (&result["ruleId"], &result["level"]),
        (&"new-chain/FLO-03".into(), &"error".into())
    );
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
        .as_array()
        .unwrap();
    assert_eq!(steps.len(), 2);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], "new-chain/FLO-03");
}

#[test]
fn eighty_columns_are_enough_but_for_what_is_copied_whole() {
    let text = drawn(&samples::hijacked(), DiffFormat::Human);
    for line in text.lines().filter(|line| !line.trim_start().starts_with("-->")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let options = RenderOptions {
        colour: Colour::Always,
        ..RenderOptions::default()
    };
    let coloured = render_diff(&samples::hijacked(), DiffFormat::Human, &options).unwrap();
    assert!(
        coloured.contains("\u{1b}[") && !drawn(&samples::hijacked(), DiffFormat::Human).contains('\u{1b}')
    );
}

/// Elements opened on a page, counted.
fn elements(page: &str) -> usize {
    page.matches('<').count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn no_text_of_a_package_breaks_out_of_any_view(text in hostile::text(), value in hostile::text()) {
        let report = samples::hostile(&text, &value);
        let options = RenderOptions { detail: Detail::Verbose, ..RenderOptions::default() };
        for format in DiffFormat::ALL {
            let out = render_diff(&report, format, &options).unwrap();
            prop_assert!(!out.chars().any(|c| c != '\n' && deceives(c)), "{} shows a deceiving character", format.as_str());
            prop_assert!(out.lines().all(|line| !line.trim_start().starts_with("::")), "{} starts a command", format.as_str());
        }
        // Backticks make code of what they hold and an empty value has no element of its own; nothing else may open.
        let page = drawn(&report, DiffFormat::Html).replace("<code>", "").replace("</code>", "");
        let plain = drawn(&samples::hostile("x", "y"), DiffFormat::Html).replace("<code>", "").replace("</code>", "");
        prop_assert!(elements(&page) <= elements(&plain));
    }
}
