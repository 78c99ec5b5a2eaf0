//! Which machine the code thinks it is on.
//! It describes invented machines only and never asks about the real one.

use serde::{Deserialize, Serialize};

/// An invented machine and its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Persona {
    /// A developer's Linux workstation.
    LinuxDeveloper,
    /// A Linux build runner with its tokens.
    LinuxCi,
    /// A developer's Windows workstation.
    WindowsDeveloper,
    /// A developer's macOS laptop.
    MacDeveloper,
    /// A page in a browser with a wallet.
    Browser,
    /// A Linux workstation set to Russian.
    RussianLocale,
    /// A Linux workstation set to Belarusian.
    BelarusianLocale,
}

impl Persona {
    /// All personas, in the order they are tried.
    pub const ALL: [Persona; 7] = [
        Persona::LinuxDeveloper,
        Persona::LinuxCi,
        Persona::WindowsDeveloper,
        Persona::MacDeveloper,
        Persona::Browser,
        Persona::RussianLocale,
        Persona::BelarusianLocale,
    ];

    /// Its name in a trace.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Persona::LinuxDeveloper => "linux-developer",
            Persona::LinuxCi => "linux-ci",
            Persona::WindowsDeveloper => "windows-developer",
            Persona::MacDeveloper => "mac-developer",
            Persona::Browser => "browser",
            Persona::RussianLocale => "russian-locale",
            Persona::BelarusianLocale => "belarusian-locale",
        }
    }

    /// The `process.platform` it claims.
    #[must_use]
    pub fn platform(self) -> &'static str {
        match self {
            Persona::WindowsDeveloper => "win32",
            Persona::MacDeveloper => "darwin",
            _ => "linux",
        }
    }

    pub(crate) fn is_ci(self) -> bool {
        self == Persona::LinuxCi
    }

    pub(crate) fn is_browser(self) -> bool {
        self == Persona::Browser
    }

    pub(crate) fn user(self) -> &'static str {
        match self {
            Persona::LinuxCi => "runner",
            _ => "mkesler47",
        }
    }

    pub(crate) fn hostname(self) -> &'static str {
        match self {
            Persona::LinuxCi => "fv-az1493-287",
            Persona::WindowsDeveloper => "KESTREL-WS41",
            Persona::MacDeveloper => "kestrel-mbp41.local",
            _ => "kestrel-ws41",
        }
    }

    pub(crate) fn locale(self) -> &'static str {
        match self {
            Persona::RussianLocale => "ru-RU",
            Persona::BelarusianLocale => "be-BY",
            _ => "en-US",
        }
    }

    pub(crate) fn time_zone(self) -> (&'static str, i32) {
        match self {
            Persona::RussianLocale => ("Europe/Moscow", 180),
            Persona::BelarusianLocale => ("Europe/Minsk", 180),
            Persona::LinuxCi => ("UTC", 0),
            _ => ("Europe/Berlin", 60),
        }
    }

    /// The home directory inside the virtual tree, as the code sees it.
    pub(crate) fn home(self) -> String {
        match self {
            Persona::WindowsDeveloper => format!("C:\\Users\\{}", self.user()),
            Persona::MacDeveloper => format!("/Users/{}", self.user()),
            _ => format!("/home/{}", self.user()),
        }
    }

    /// The temporary directory as the code sees it.
    pub(crate) fn temp(self) -> String {
        match self {
            Persona::WindowsDeveloper => format!("{}\\AppData\\Local\\Temp", self.home()),
            Persona::MacDeveloper => "/var/folders/kx/t1".to_owned(),
            _ => "/tmp".to_owned(),
        }
    }

    /// The project that installs the package.
    pub(crate) fn project(self) -> String {
        match self {
            Persona::LinuxCi => format!("{}/work/storefront/storefront", self.home()),
            Persona::WindowsDeveloper => format!("{}\\code\\storefront", self.home()),
            _ => format!("{}/code/storefront", self.home()),
        }
    }

    pub(crate) fn separator(self) -> char {
        if self == Persona::WindowsDeveloper {
            '\\'
        } else {
            '/'
        }
    }
}
