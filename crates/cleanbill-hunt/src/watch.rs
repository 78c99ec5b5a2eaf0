//! Campaigns made ready for searching: by name, by version, by digest, by the names of files they leave.
//! It reads no file; whoever holds bytes asks it.
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine as _;
use cleanbill_feeds::campaign::{Campaign, Class, IndicatorKind};
use cleanbill_intel::{Trace, indicator::Weight, trace_of};
use cleanbill_model::{Digest, Integrity, Range, Timestamp, Version};

use crate::{
    limits::MAX_CAMPAIGNS,
    scan::{Edges, Memory, Piece, Shape, closed, hides_words, pieces},
};

/// Campaigns, ready.
pub struct Watch {
    campaigns: Vec<Campaign>,
    starts: Vec<Option<Timestamp>>,
    names: Vec<Box<str>>,
    by_name: HashMap<Box<str>, usize>,
    /// For each name what is bad of it, campaign by campaign.
    bad: Vec<Vec<Bad>>,
    digests: HashMap<Digest, Vec<(usize, String)>>,
    traces: HashMap<String, Vec<TraceOf>>,
    yarn_slugs: HashMap<String, usize>,
    /// Names, then versions, then digests.
    automaton: AhoCorasick,
    first_version: u32,
    first_digest: u32,
    memory: Memory,
}

struct Bad {
    campaign: usize,
    versions: HashSet<Box<str>>,
    /// The same, by their number in the automaton.
    numbers: Vec<u32>,
    range: Option<Range>,
    whole: bool,
}

/// A file a campaign leaves behind.
#[derive(Clone, Debug)]
pub struct TraceOf {
    /// The campaign.
    pub campaign: usize,
    /// The last segments of its path.
    pub segments: Vec<String>,
    /// As the campaign's file writes it.
    pub value: String,
}

/// The campaigns cannot be made ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// More than one hunt takes.
    #[error("{found} campaigns are more than one hunt takes ({MAX_CAMPAIGNS})")]
    TooMany {
        /// How many there were.
        found: usize,
    },
    /// Their names cannot be searched for.
    #[error("the campaigns' package names cannot be searched for")]
    Names(#[from] aho_corasick::BuildError),
}

impl Watch {
    /// Makes campaigns ready. False alarms and campaigns without anything to match stay in the list and never match.
    ///
    /// # Errors
    /// When there are too many, or too many names.
    pub fn new(campaigns: Vec<Campaign>) -> Result<Self, WatchError> {
        if campaigns.len() > MAX_CAMPAIGNS {
            return Err(WatchError::TooMany {
                found: campaigns.len(),
            });
        }
        let mut building = Building::default();
        for (at, campaign) in campaigns.iter().enumerate() {
            if campaign.class != Class::FalsePositive {
                building.add(at, campaign);
            }
        }
        // A contiguous automaton of some ten thousand names takes few megabytes and scans more than 1 GB/s.
        let (first_version, first_digest) = building.number_versions();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(building.patterns())?;
        let starts = campaigns.iter().map(start_of).collect();
        let Building {
            names,
            by_name,
            bad,
            digests,
            traces,
            yarn_slugs,
            ..
        } = building;
        Ok(Self {
            campaigns,
            starts,
            names,
            by_name,
            bad,
            digests,
            traces,
            yarn_slugs,
            automaton,
            first_version,
            first_digest,
            memory: Memory::default(),
        })
    }

    /// The campaigns, in their order.
    #[must_use]
    pub fn campaigns(&self) -> &[Campaign] {
        &self.campaigns
    }

    /// When a campaign's first bad release was published, where its file tells.
    #[must_use]
    pub fn start(&self, campaign: usize) -> Option<Timestamp> {
        self.starts.get(campaign).copied().flatten()
    }

    /// True when a name occurs in any campaign.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The campaigns a release belongs to.
    pub fn about<'a>(&'a self, name: &str, version: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.by_name
            .get(name)
            .and_then(|at| self.bad.get(*at))
            .into_iter()
            .flatten()
            .filter(move |bad| bad.holds(version))
            .map(|bad| bad.campaign)
    }

    /// Bad versions of a name that are known one by one, with their campaign.
    pub fn versions_of<'a>(&'a self, name: &str) -> impl Iterator<Item = (usize, &'a str)> + 'a {
        let bad = self
            .by_name
            .get(name)
            .and_then(|at| self.bad.get(*at))
            .into_iter()
            .flatten();
        bad.flat_map(|bad| bad.versions.iter().map(move |version| (bad.campaign, &**version)))
    }

    /// Campaigns in which every version of a name is bad.
    pub fn whole<'a>(&'a self, name: &str) -> impl Iterator<Item = usize> + 'a {
        let bad = self
            .by_name
            .get(name)
            .and_then(|at| self.bad.get(*at))
            .into_iter()
            .flatten();
        bad.filter(|bad| bad.whole).map(|bad| bad.campaign)
    }

    /// Campaigns that know these bytes as theirs, with the words for it.
    pub fn by_digest<'a>(&'a self, integrity: &'a Integrity) -> impl Iterator<Item = (usize, &'a str)> + 'a {
        let digests = integrity
            .digests()
            .iter()
            .filter_map(|digest| self.digests.get(digest));
        digests
            .flatten()
            .map(|(campaign, label)| (*campaign, label.as_str()))
    }

    /// Every known digest: algorithm, hexadecimal, campaign, and the words for it.
    pub(crate) fn digests_known(&self) -> impl Iterator<Item = (&'static str, String, usize, &str)> {
        self.digests.iter().flat_map(|(digest, of)| {
            let hex = digest.hex();
            of.iter().map(move |(campaign, label)| {
                (digest.algorithm.as_str(), hex.clone(), *campaign, label.as_str())
            })
        })
    }

    /// Traces whose file goes by this name.
    #[must_use]
    pub fn traces(&self, file_name: &str) -> &[TraceOf] {
        self.traces.get(file_name).map_or(&[], Vec::as_slice)
    }

    /// The name behind Yarn's file-name form of it, `@scope-name`.
    #[must_use]
    pub fn by_yarn_slug(&self, slug: &str) -> Option<&str> {
        self.yarn_slugs
            .get(slug)
            .and_then(|at| self.names.get(*at))
            .map(|name| &**name)
    }

    /// Releases whose name and version both occur in these bytes where one entry could hold them: none of them
    /// means that no readable text in it can pin a bad release. Text with escapes is searched no further, and
    /// so every name is possible; [`Candidates::Any`] says that.
    #[must_use]
    pub(crate) fn candidates(&self, bytes: &[u8], shape: Shape) -> Candidates {
        let (mut names, mut versions) = (HashSet::new(), HashSet::new());
        let mut possible: Vec<(usize, u32)> = Vec::new();
        let mut settle = |piece: Option<Arc<Piece>>, whole: bool| {
            let Some(piece) = piece else { return };
            if whole {
                let has = |version| piece.versions.contains(&version);
                self.pairs(&piece.names, has, &mut possible);
            } else {
                names.extend(piece.names.iter().copied());
                versions.extend(piece.versions.iter().copied());
            }
        };
        // A piece of lines counts by itself once its neighbours on both sides are known to part from it.
        let mut last: Option<(Option<Arc<Piece>>, bool)> = None;
        let mut before: Option<Edges> = None;
        for bytes in pieces(bytes) {
            let search = |piece: &[u8]| self.search(piece, shape);
            let (piece, edges) = self.memory.recall(shape, bytes, search);
            if piece.as_ref().is_some_and(|piece| piece.any) {
                return Candidates::Any;
            }
            if shape == Shape::Block {
                let parts = edges.part_from(before);
                if let Some((piece, began)) = last.take() {
                    settle(piece, began && parts);
                }
                last = Some((piece, parts));
                before = Some(edges);
            } else {
                let whole = piece.as_ref().is_some_and(|piece| piece.whole);
                settle(piece, whole);
            }
        }
        if let Some((piece, began)) = last {
            settle(piece, began);
        }
        let names: Vec<u32> = names.into_iter().collect();
        self.pairs(&names, |version| versions.contains(&version), &mut possible);
        possible.sort_unstable();
        possible.dedup();
        let told = possible.into_iter().filter_map(|(campaign, name)| {
            let name = self.names.get(usize::try_from(name).ok()?)?;
            Some((campaign, name.to_string()))
        });
        let told: Vec<(usize, String)> = told.collect();
        if told.is_empty() {
            Candidates::None
        } else {
            Candidates::Some(told)
        }
    }

    /// Names with a bad version beside them.
    fn pairs(&self, names: &[u32], has: impl Fn(u32) -> bool, possible: &mut Vec<(usize, u32)>) {
        for name in names {
            let place = usize::try_from(*name).unwrap_or(usize::MAX);
            for bad in self.bad.get(place).into_iter().flatten() {
                if bad.whole || bad.range.is_some() || bad.numbers.iter().any(|version| has(*version)) {
                    possible.push((bad.campaign, *name));
                }
            }
        }
    }

    /// What one piece of a lockfile says.
    fn search(&self, bytes: &[u8], shape: Shape) -> Piece {
        if hides_words(bytes) {
            return Piece {
                any: true,
                ..Piece::default()
            };
        }
        let mut piece = Piece::default();
        for found in self.automaton.find_overlapping_iter(bytes) {
            let (start, end, number) = (found.start(), found.end(), found.pattern().as_u32());
            if number < self.first_version {
                if stands_alone(bytes, start, end) {
                    piece.names.push(number);
                }
            } else if number < self.first_digest {
                if is_version(bytes, start, end) {
                    piece.versions.push(number);
                }
            } else if stands_alone(bytes, start, end) {
                // Whoever pins a bad digest may call it anything.
                piece.any = true;
            }
        }
        for list in [&mut piece.names, &mut piece.versions] {
            list.sort_unstable();
            list.dedup();
        }
        if shape == Shape::Json && closed(bytes) {
            piece.whole = true;
            // Words of it mean something together alone.
            let mut possible = Vec::new();
            self.pairs(
                &piece.names,
                |version| piece.versions.contains(&version),
                &mut possible,
            );
            if possible.is_empty() {
                piece.names.clear();
                piece.versions.clear();
            }
        }
        piece
    }

    /// Every watched name in a text, with where it begins.
    pub fn names_in<'a, 'b: 'a>(
        &'a self,
        text: &'b str,
    ) -> impl Iterator<Item = (&'a str, usize, usize)> + 'a {
        self.automaton.find_overlapping_iter(text).filter_map(|found| {
            Some((
                &**self.names.get(found.pattern().as_usize())?,
                found.start(),
                found.end(),
            ))
        })
    }
}

/// True when no letter, digit or point touches a word, so that `rc` in `src` is no name and `1.0.1` in `11.0.12`
/// no version. Every format sets names and versions off by other signs.
fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.');
    !part(start.checked_sub(1).and_then(|before| bytes.get(before))) && !part(bytes.get(end))
}

/// True when what stands there can be a whole version: `v1.0.1` is how some write one, and file names end theirs
/// with `.tgz`.
fn is_version(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|before| bytes.get(before));
    let ends_name = bytes.get(end..).is_some_and(|rest| rest.starts_with(b".tgz"));
    !before.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.')
        && (ends_name || !bytes.get(end).is_some_and(u8::is_ascii_digit))
}

/// What a quick search says of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Candidates {
    /// No bad release can be pinned there.
    None,
    /// These may be: campaign and name.
    Some(Vec<(usize, String)>),
    /// The text hides its words, so any may be.
    Any,
}

#[derive(Default)]
struct Building {
    names: Vec<Box<str>>,
    by_name: HashMap<Box<str>, usize>,
    bad: Vec<Vec<Bad>>,
    digests: HashMap<Digest, Vec<(usize, String)>>,
    traces: HashMap<String, Vec<TraceOf>>,
    yarn_slugs: HashMap<String, usize>,
    versions: Vec<Box<str>>,
}

impl Building {
    /// Gives every bad version its number behind the names, and says where versions and digests begin.
    fn number_versions(&mut self) -> (u32, u32) {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let first = self.names.len();
        let mut known: HashMap<Box<str>, u32> = HashMap::new();
        for bad in self.bad.iter_mut().flatten() {
            let mut numbers: Vec<u32> = Vec::with_capacity(bad.versions.len());
            for version in &bad.versions {
                numbers.push(*known.entry(version.clone()).or_insert_with(|| {
                    self.versions.push(version.clone());
                    number(first + self.versions.len() - 1)
                }));
            }
            bad.numbers = numbers;
        }
        (number(first), number(first + self.versions.len()))
    }

    /// What is searched for: the names, the versions, then every digest in both of the forms lockfiles write.
    fn patterns(&self) -> Vec<Vec<u8>> {
        let names = self.names.iter().chain(&self.versions);
        let names = names.map(|name| name.as_bytes().to_vec());
        let digests = self.digests.keys().flat_map(|digest| {
            let base64 = base64::engine::general_purpose::STANDARD.encode(&digest.bytes);
            [digest.hex().into_bytes(), base64.into_bytes()]
        });
        names.chain(digests).collect()
    }

    fn add(&mut self, at: usize, campaign: &Campaign) {
        for package in &campaign.packages {
            let bad = Bad {
                campaign: at,
                versions: package
                    .versions
                    .iter()
                    .map(|version| version.as_str().into())
                    .collect(),
                numbers: Vec::new(),
                range: package
                    .range
                    .as_deref()
                    .and_then(|range| Range::parse(range).ok()),
                whole: package.whole,
            };
            if package.name.is_empty() || !(bad.whole || bad.range.is_some() || !bad.versions.is_empty()) {
                continue;
            }
            let place = self.place_of(&package.name);
            if let Some(list) = self.bad.get_mut(place) {
                list.push(bad);
            }
            for text in &package.tarballs {
                self.digest(at, text, &format!("tarball of `{}`", package.name));
            }
        }
        for indicator in &campaign.indicators {
            match indicator.kind {
                IndicatorKind::Hash => {
                    let label = indicator
                        .label
                        .clone()
                        .unwrap_or_else(|| "a file of the campaign".into());
                    self.digest(at, &indicator.value, &label);
                }
                IndicatorKind::File => self.trace(at, &indicator.value),
                _ => {}
            }
        }
    }

    fn place_of(&mut self, name: &str) -> usize {
        if let Some(place) = self.by_name.get(name) {
            return *place;
        }
        let place = self.names.len();
        self.names.push(name.into());
        self.by_name.insert(name.into(), place);
        self.bad.push(Vec::new());
        self.yarn_slugs.insert(name.replace('/', "-"), place);
        place
    }

    fn digest(&mut self, at: usize, text: &str, label: &str) {
        let Ok(integrity) = Integrity::parse_hex(text) else {
            return;
        };
        for digest in integrity.digests() {
            let known = self.digests.entry(digest.clone()).or_default();
            if !known.iter().any(|(campaign, _)| *campaign == at) {
                known.push((at, label.to_owned()));
            }
        }
    }

    fn trace(&mut self, at: usize, value: &str) {
        if let Trace::Path {
            segments,
            weight: Weight::Telling,
        } = trace_of(value)
            && let Some(name) = segments.last()
        {
            let trace = TraceOf {
                campaign: at,
                segments: segments.clone(),
                value: value.to_owned(),
            };
            self.traces.entry(name.clone()).or_default().push(trace);
        }
    }
}

impl Bad {
    fn holds(&self, version: &str) -> bool {
        self.whole
            || self.versions.contains(version)
            || self
                .range
                .as_ref()
                .is_some_and(|range| Version::parse(version).is_ok_and(|version| range.matches(&version)))
    }
}

/// What a campaign's timeline calls its first bad publication.
const FIRST_BAD: &str = "first bad release published";

/// The moment of the first bad publication; where it is not told, the earliest moment told.
fn start_of(campaign: &Campaign) -> Option<Timestamp> {
    let told = |at: &str| {
        Timestamp::parse(at)
            .or_else(|_| Timestamp::parse(&format!("{at}-01")))
            .or_else(|_| Timestamp::parse(&format!("{at}-01-01")))
            .ok()
    };
    let first = campaign
        .timeline
        .iter()
        .find(|moment| moment.what == FIRST_BAD)
        .and_then(|moment| told(&moment.at));
    first.or_else(|| {
        campaign
            .timeline
            .iter()
            .filter_map(|moment| told(&moment.at))
            .min()
    })
}
