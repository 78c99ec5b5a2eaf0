//! How often one client may ask: a bucket that fills with time, one a client.
//! It knows addresses and moments, not what is asked.
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use moka::sync::Cache;
use tokio::time::Instant;

/// Clients remembered; one that is forgotten begins with a full bucket.
const CLIENTS: u64 = 20_000;
/// How long a quiet client is remembered: every bucket is full again by then.
const REMEMBERED: Duration = Duration::from_secs(600);

/// How often a client may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, over time.
    pub per_second: u32,
    /// Requests at once: an install asks thousands of times within seconds.
    pub burst: u32,
}

struct Bucket {
    left: f64,
    at: Instant,
}

/// The buckets.
pub(crate) struct Limiter {
    rate: Rate,
    buckets: Cache<String, Arc<Mutex<Bucket>>>,
}

impl Limiter {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: Cache::builder()
                .max_capacity(CLIENTS)
                .time_to_idle(REMEMBERED)
                .build(),
        }
    }

    /// Takes one request of `client`; an error says after how long to ask again.
    pub(crate) fn take(&self, client: &str, now: Instant) -> Result<(), Duration> {
        let full = f64::from(self.rate.burst.max(1));
        let bucket = self
            .buckets
            .get_with_by_ref(client, || Arc::new(Mutex::new(Bucket { left: full, at: now })));
        let Ok(mut bucket) = bucket.lock() else {
            return Ok(());
        };
        let rate = f64::from(self.rate.per_second.max(1));
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + passed * rate).min(full);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.left) / rate));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let limiter = Limiter::new(Rate {
            per_second: 2,
            burst: 3,
        });
        let start = Instant::now();
        let taken = |client: &str, millis| {
            limiter
                .take(client, start + Duration::from_millis(millis))
                .is_ok()
        };
        assert!((0..3).all(|_| taken("a", 0)));
        assert!(!taken("a", 0));
        assert!(taken("b", 0), "each client has a bucket of its own");
        assert!(!taken("a", 400));
        assert!(taken("a", 600));
        assert!(!taken("a", 600));
        assert!(
            (0..3).all(|_| taken("a", 60_000)) && !taken("a", 60_000),
            "it never holds more than a burst"
        );
    }
}
