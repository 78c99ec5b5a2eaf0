//! A rehearsal as a timeline: what happened when, where in the code, and what went with it.
//! Cells are text of the release and stay text; the table's own escaper sees to that.
use super::table::Table;
use crate::report::{Moment, Story};

/// The stories of every machine, where there are any.
pub(super) fn of(stories: &[Story]) -> Option<Table> {
    let rows: Vec<Vec<String>> = stories.iter().flat_map(rows).collect();
    (!rows.is_empty()).then_some(Table {
        title: "Rehearsed on invented machines",
        head: &["machine", "when", "where", "what it did"],
        rows,
    })
}

fn rows(story: &Story) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = story
        .moments
        .iter()
        .map(|moment| moment_row(story, moment))
        .collect();
    let mut close = |text: String| rows.push(vec![story.machine.clone(), String::new(), String::new(), text]);
    if story.more > 0 {
        close(format!("and {} more", story.more));
    }
    for stop in &story.stops {
        close(format!("the rehearsal ended early: {}", stop.raw()));
    }
    if story.moments.is_empty() && story.stops.is_empty() {
        close("did nothing worth a line".to_owned());
    }
    rows
}

fn moment_row(story: &Story, moment: &Moment) -> Vec<String> {
    let stolen: Vec<&str> = moment.stolen.iter().map(|name| name.raw()).collect();
    let with = if stolen.is_empty() {
        String::new()
    } else {
        format!(", taking with it: {}", stolen.join(", "))
    };
    vec![
        story.machine.clone(),
        format!("{} ms", moment.at_ms),
        moment.place.raw().to_owned(),
        format!("{}{with}", moment.did.raw()),
    ]
}

#[cfg(test)]
mod tests {
    use crate::{
        format::RenderOptions,
        html::inspect,
        report::{Moment, Story},
        samples,
    };

    #[test]
    fn the_page_tells_the_story_and_escapes_it() {
        let mut report = samples::inspected();
        report.rehearsal = vec![Story {
            machine: "linux-developer".into(),
            moments: vec![Moment {
                at_ms: 12,
                place: "setup.js:3".to_owned().into(),
                did: "sends POST `https://drop.example/<img src=x>`".to_owned().into(),
                stolen: vec!["npm token".to_owned().into()],
            }],
            more: 2,
            stops: vec!["instructions in script postinstall".to_owned().into()],
        }];
        let page = inspect(&report, &RenderOptions::default()).unwrap();
        for words in [
            "Rehearsed on invented machines",
            "12 ms",
            "setup.js:3",
            "taking with it: npm token",
            "and 2 more",
            "ended early: instructions",
        ] {
            assert!(page.contains(words), "{words}");
        }
        assert!(!page.contains("<img src=x>"));
    }
}
