//! So many of so many, and how sure that makes us. It does not know of what.
use std::iter::Sum;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    /// Counts one more.
    pub fn add(&mut self, hit: bool) {
        self.of += 1;
        self.count += usize::from(hit);
    }

    /// The share, 0 to 1; nothing of nothing is 0.
    #[must_use]
    pub fn rate(self) -> f64 {
        if self.of == 0 {
            0.0
        } else {
            Self::whole(self.count) / Self::whole(self.of)
        }
    }

    /// A count as a number with a fraction.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of cases are far below 2^52")]
    pub fn whole(count: usize) -> f64 {
        count as f64
    }

    /// Wilson's 95 % interval. Source: E. B. Wilson, 1927.
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        if self.of == 0 {
            return (0.0, 1.0);
        }
        let (z, n, p) = (1.959_964_f64, Self::whole(self.of), self.rate());
        let centre = p + z * z / (2.0 * n);
        let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z * z / n;
        (
            ((centre - spread) / scale).max(0.0),
            ((centre + spread) / scale).min(1.0),
        )
    }

    /// `57 of 58 (98.3 %, 95 % interval 90.9 to 99.7)`.
    #[must_use]
    pub fn in_words(self) -> String {
        let (low, high) = self.interval();
        format!(
            "{} of {} ({:.1} %, 95 % interval {:.1} to {:.1})",
            self.count,
            self.of,
            self.rate() * 100.0,
            low * 100.0,
            high * 100.0
        )
    }
}

impl Sum for Share {
    fn sum<I: Iterator<Item = Self>>(shares: I) -> Self {
        shares.fold(Self::default(), |all, one| Self {
            count: all.count + one.count,
            of: all.of + one.of,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_that_of_the_books() {
        let (low, high) = Share { count: 0, of: 3000 }.interval();
        assert!(low == 0.0 && (0.0012..0.0014).contains(&high), "{high}");
        let (low, high) = Share { count: 10, of: 20 }.interval();
        assert!(
            (0.298..0.301).contains(&low) && (0.699..0.702).contains(&high),
            "{low} {high}"
        );
    }

    #[test]
    fn nothing_of_nothing_says_nothing() {
        assert_eq!(Share::default().interval(), (0.0, 1.0));
    }
}
