//! From the packages of one run to who published what in the last days before the reading.
//! It counts nothing and calls nothing a burst.
use std::borrow::Borrow;

use cleanbill_model::{Age, Purl, Timestamp};

use crate::{Package, Publication, Run};

/// How far back publications are kept: longer than any cooldown in use, and bursts last hours.
pub const RUN_WINDOW: Age = Age::days(30);

impl Run {
    /// Publications of all `packages` within [`RUN_WINDOW`] before `as_of`, by account, in order of time.
    #[must_use]
    pub fn collect<P: Borrow<Package>>(packages: impl IntoIterator<Item = P>, as_of: Timestamp) -> Self {
        let mut run = Self::default();
        let since = as_of.minus(RUN_WINDOW);
        for package in packages {
            let package = package.borrow();
            for release in &package.releases {
                let (Some(publisher), Some(&published)) = (release.publisher.get(), release.published.get())
                else {
                    continue;
                };
                if published < since || published > as_of {
                    continue;
                }
                let purl = Purl::new(package.name.clone(), release.version.clone());
                // Most accounts repeat, so the name is copied only for a new one.
                match run.by_publisher.get_mut(&publisher.name) {
                    Some(list) => list.push(Publication { purl, published }),
                    None => {
                        run.by_publisher
                            .insert(publisher.name.clone(), vec![Publication { purl, published }]);
                    }
                }
            }
        }
        for list in run.by_publisher.values_mut() {
            list.sort_by(|a, b| a.published.cmp(&b.published).then_with(|| a.purl.cmp(&b.purl)));
            list.dedup();
        }
        run
    }
}
