//! How long a release has been out, in words.
//! It knows moments and no release.
use cleanbill_model::Timestamp;

pub(crate) fn age(published: Option<Timestamp>, as_of: Timestamp) -> String {
    match published {
        Some(moment) => format!("published {} ago, on {}", as_of.since(moment), day(moment)),
        None => "when it was published is not known".to_owned(),
    }
}

/// The day of a moment: an age is known to no more.
fn day(moment: Timestamp) -> String {
    moment.to_string().chars().take_while(|c| *c != 'T').collect()
}
