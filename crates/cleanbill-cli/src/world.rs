//! What is read of the machine, once, before any command: folder, environment, home, clock.
//! Nothing else in the program asks for these.
use std::{
    collections::BTreeMap,
    io::IsTerminal as _,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use cleanbill_model::Timestamp;

/// The machine as a run sees it.
#[derive(Clone, Debug)]
pub struct World {
    /// The folder the command was called in.
    pub folder: PathBuf,
    /// The environment; names and values that are not Unicode are left out.
    pub environment: BTreeMap<String, String>,
    /// The user's home, where there is one.
    pub home: Option<PathBuf>,
    /// The clock.
    pub now: Timestamp,
    /// Whether stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether stderr is a terminal.
    pub stderr_is_terminal: bool,
}

impl World {
    /// Reads it.
    #[must_use]
    pub fn read() -> Self {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let home = ["HOME", "USERPROFILE"]
            .iter()
            .find_map(|name| environment.get(*name))
            .filter(|home| !home.is_empty())
            .map(PathBuf::from);
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            home,
            now: Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            environment,
        }
    }

    /// An environment variable that is set and not empty.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The user's settings file.
    #[must_use]
    pub fn user_settings(&self) -> Option<PathBuf> {
        Some(
            self.base("XDG_CONFIG_HOME", ".config")?
                .join("cleanbill")
                .join("cleanbill.toml"),
        )
    }

    /// Where what can be had again is kept: packuments, tarballs, analyses.
    #[must_use]
    pub fn cache_folder(&self) -> PathBuf {
        self.own_folder("CLEANBILL_CACHE_DIR", "XDG_CACHE_HOME", ".cache")
    }

    /// Where what cannot be had again is kept: feeds, the log of verdicts.
    #[must_use]
    pub fn state_folder(&self) -> PathBuf {
        self.own_folder("CLEANBILL_STATE_DIR", "XDG_STATE_HOME", ".local/state")
    }

    fn own_folder(&self, ours: &str, theirs: &str, below_home: &str) -> PathBuf {
        match self.variable(ours) {
            Some(folder) => PathBuf::from(folder),
            None => self
                .base(theirs, below_home)
                .unwrap_or_else(|| self.folder.join(".cleanbill"))
                .join("cleanbill"),
        }
    }

    fn base(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        self.variable(variable)
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
            .or_else(|| self.home.as_deref().map(|home| home.join(below_home)))
    }

    /// A path as its user would write it: relative to the folder of the call where it lies below it.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        let shown = path.strip_prefix(&self.folder).unwrap_or(path);
        let shown = shown.strip_prefix(".").unwrap_or(shown);
        if shown.as_os_str().is_empty() {
            ".".into()
        } else {
            shown.display().to_string()
        }
    }
}
