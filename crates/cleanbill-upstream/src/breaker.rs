//! Leaves a registry alone for a while when everything asked of it fails.
//! It counts failures by origin and knows neither requests nor answers.
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

#[derive(Debug)]
pub(crate) struct Breaker {
    failures: u32,
    pause: Duration,
    origins: Mutex<HashMap<String, Trouble>>,
}

#[derive(Debug)]
struct Trouble {
    in_a_row: u32,
    until: Option<Instant>,
    last: String,
}

impl Breaker {
    pub(crate) fn new(failures: u32, pause: Duration) -> Self {
        Self {
            failures,
            pause,
            origins: Mutex::default(),
        }
    }

    /// The last failure, while `origin` is left alone. When the pause is over one request may try and
    /// the others wait a pause more.
    pub(crate) fn left_alone(&self, origin: &str, now: Instant) -> Option<String> {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        let trouble = origins.get_mut(origin)?;
        let until = trouble.until?;
        if now < until {
            return Some(trouble.last.clone());
        }
        trouble.until = Some(now + self.pause);
        None
    }

    pub(crate) fn failed(&self, origin: &str, reason: &str, now: Instant) {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        let trouble = origins.entry(origin.to_owned()).or_insert_with(|| Trouble {
            in_a_row: 0,
            until: None,
            last: String::new(),
        });
        trouble.in_a_row = trouble.in_a_row.saturating_add(1);
        reason.clone_into(&mut trouble.last);
        if trouble.in_a_row >= self.failures {
            trouble.until = Some(now + self.pause);
        }
    }

    pub(crate) fn answered(&self, origin: &str) {
        self.origins
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(origin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_failures_pauses_one_origin_and_one_request_probes() {
        let (breaker, start, pause) = (
            Breaker::new(3, Duration::from_secs(10)),
            Instant::now(),
            Duration::from_secs(10),
        );
        for _ in 0..2 {
            breaker.failed("a", "refused", start);
        }
        assert_eq!(breaker.left_alone("a", start), None);
        breaker.failed("a", "reset", start);
        assert_eq!(breaker.left_alone("a", start).as_deref(), Some("reset"));
        assert_eq!(breaker.left_alone("b", start), None);
        assert_eq!(breaker.left_alone("a", start + pause), None);
        assert!(breaker.left_alone("a", start + pause).is_some());
        breaker.answered("a");
        assert_eq!(breaker.left_alone("a", start + pause), None);
    }

    #[test]
    fn an_answer_in_between_starts_the_count_anew() {
        let (breaker, now) = (Breaker::new(2, Duration::from_secs(10)), Instant::now());
        breaker.failed("a", "x", now);
        breaker.answered("a");
        breaker.failed("a", "x", now);
        assert_eq!(breaker.left_alone("a", now), None);
    }
}
