//! What a package's history says about one of its releases: who published before, how long ago.
//! It answers questions and judges nothing; the audits do.
use cleanbill_facts::{Channel, Facts, Package, Release};
use cleanbill_model::{Age, Level, Timestamp};

/// How long a release's shape is worth a warning. After it many have looked at the release, and what made
/// it suspicious on its first day says little; the longest cooldown in common use is far below.
pub(crate) const FRESH: Age = Age::days(90);

/// How long a release has to be out before later ones are measured against it: nine in ten hijacked releases
/// whose window is known were found within three days.
pub(crate) const SETTLED: Age = Age::days(3);

/// Versions out of the order of time that any package may have: back-ports of a minor, a number used late.
const FEW_INVERTED: usize = 3;
/// One pair in this many may be out of order before times are not believed.
const INVERTED_SHARE: usize = 10;

/// The account behind a release. A workflow the registry trusts is one account, whichever person began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Account<'a> {
    /// A person's or a robot's account with a token.
    Person(&'a str),
    /// A workflow of that provider.
    Workflow(&'a str),
}

impl Account<'_> {
    /// The account in words.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Person(name) => format!("the account `{name}`"),
            Self::Workflow(provider) => format!("a `{provider}` workflow"),
        }
    }
}

/// The package and the release the facts are about, where both are known.
pub(crate) fn subject(facts: &Facts) -> Option<(&Package, &Release)> {
    let package = facts.package.get()?;
    Some((package, package.release(&facts.subject.version)?))
}

/// The account that published `release`, where it is known.
pub(crate) fn account(release: &Release) -> Option<Account<'_>> {
    if let Some(Channel::TrustedPublisher { provider }) = release.channel.get() {
        return Some(Account::Workflow(provider));
    }
    release
        .publisher
        .get()
        .map(|person| Account::Person(&person.name))
}

/// Whether times rise with versions, as they do where they are times of publication. Some mirrors send the
/// moment they first fetched a release instead, and nothing can be told from such an order.
pub(crate) fn orderly(package: &Package) -> bool {
    // Numbers alone: this is asked by many audits of every release, and whole versions compare slowly.
    let mut stable: Vec<((u64, u64, u64), Timestamp)> = package
        .releases
        .iter()
        .filter(|release| !release.version.is_prerelease())
        .filter_map(|release| Some((release.version.triple(), *release.published.get()?)))
        .collect();
    stable.sort_unstable();
    let line = |(major, minor, _): (u64, u64, u64)| (major, if major == 0 { minor } else { 0 });
    let (mut pairs, mut inverted) = (0_usize, 0_usize);
    for ((lower, first), (higher, second)) in stable.iter().zip(stable.iter().skip(1)) {
        if line(*lower) == line(*higher) {
            pairs += 1;
            inverted += usize::from(second < first);
        }
    }
    inverted < FEW_INVERTED || inverted * INVERTED_SHARE <= pairs
}

/// Releases before `release` that were out for [`SETTLED`] when it came, latest first; where there are none,
/// all before it. A thief who publishes twice would otherwise be measured against himself. Where times are not
/// to be believed, the lower versions, highest first.
pub(crate) fn earlier<'a>(package: &'a Package, release: &'a Release) -> Vec<&'a Release> {
    if !orderly(package) {
        // The order of versions is the next best.
        let mut below: Vec<&Release> = package
            .releases
            .iter()
            .filter(|other| below(other, release))
            .collect();
        below.sort_by_cached_key(|other| {
            std::cmp::Reverse((other.version.triple(), !other.version.is_prerelease()))
        });
        return below;
    }
    let settled = |earlier: &&Release| match (earlier.published.get(), release.published.get()) {
        (Some(theirs), Some(ours)) => ours.since(*theirs) >= SETTLED,
        _ => false,
    };
    let found: Vec<&Release> = package.before(release).filter(settled).collect();
    if found.is_empty() {
        package.before(release).collect()
    } else {
        found
    }
}

/// Whether one version is lower than another's, by its numbers where they tell: whole versions compare slowly.
fn below(lower: &Release, higher: &Release) -> bool {
    match lower.version.triple().cmp(&higher.version.triple()) {
        std::cmp::Ordering::Equal => lower.version < higher.version,
        order => order.is_lt(),
    }
}

/// The settled release an updater would come from: the highest below this one in its line, else the highest
/// below it of all.
pub(crate) fn baseline<'a>(package: &'a Package, release: &'a Release) -> Option<&'a Release> {
    let stable = |earlier: &&Release| release.version.is_prerelease() || !earlier.version.is_prerelease();
    let below: Vec<&Release> = earlier(package, release)
        .into_iter()
        .filter(|earlier| below(earlier, release))
        .filter(stable)
        .collect();
    let highest = |list: &mut dyn Iterator<Item = &'a Release>| list.max_by(|a, b| a.version.cmp(&b.version));
    highest(
        &mut below
            .iter()
            .copied()
            .filter(|earlier| earlier.version.same_line(&release.version)),
    )
    .or_else(|| highest(&mut below.iter().copied()))
}

/// The last settled release of `account` before `release`.
pub(crate) fn last_by<'a>(
    package: &'a Package,
    release: &'a Release,
    account: Account<'_>,
) -> Option<&'a Release> {
    earlier(package, release)
        .into_iter()
        .find(|earlier| self::account(earlier) == Some(account))
}

/// How long before `release` the account last published here, when that is known.
pub(crate) fn silence(package: &Package, release: &Release, account: Account<'_>) -> Option<Age> {
    let last = last_by(package, release, account)?;
    Some(release.published.get()?.since(*last.published.get()?))
}

/// How old the release is at the reading, where its time is known.
pub(crate) fn age(release: &Release, as_of: Timestamp) -> Option<Age> {
    release.published.get().map(|moment| as_of.since(*moment))
}

/// The level of a mark of hijack standing alone: told while the release is fresh, kept for those who ask
/// when it is not.
pub(crate) fn alone(release: &Release, as_of: Timestamp) -> Level {
    match age(release, as_of) {
        Some(age) if age < FRESH => Level::Warn,
        _ => Level::Note,
    }
}

/// When the package's name came into being; the first known publication where the registry does not say.
pub(crate) fn created(package: &Package) -> Option<Timestamp> {
    package.created.get().copied().or_else(|| {
        let known = package
            .releases
            .iter()
            .filter_map(|release| release.published.get());
        known
            .chain(package.withdrawn.iter().filter_map(|gone| gone.published.get()))
            .min()
            .copied()
    })
}

/// The release that asking for `range` at the reading would bring: `latest` where it satisfies the range,
/// otherwise the highest that does. This is what npm does.
pub(crate) fn resolve<'a>(package: &'a Package, range: &str, as_of: Timestamp) -> Option<&'a Release> {
    let there = |release: &&Release| release.published.get().is_none_or(|moment| *moment <= as_of);
    let Ok(range) = cleanbill_model::Range::parse(range) else {
        return package.release(package.dist_tags.get(range)?).filter(there);
    };
    let latest = package
        .dist_tags
        .get("latest")
        .and_then(|version| package.release(version))
        .filter(there);
    if let Some(latest) = latest.filter(|release| range.matches(&release.version)) {
        return Some(latest);
    }
    let fitting = package
        .releases
        .iter()
        .filter(there)
        .filter(|release| range.matches(&release.version));
    fitting.max_by(|a, b| a.version.cmp(&b.version))
}
