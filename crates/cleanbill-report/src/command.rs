//! The exact command to type next, for the package manager whose lockfile pins the release.
//! It proposes and never runs; which release is safe it takes from the findings alone.
use cleanbill_model::{Judgement, Verdict, Version};

use crate::{
    escape::shell,
    report::{LockfileReport, PackageReport},
};

/// The commands for one release, most useful first; empty where nothing can be proposed.
pub(crate) fn for_package(package: &PackageReport, lockfiles: &[LockfileReport]) -> Vec<String> {
    let Some(client) = client_of(package, lockfiles) else {
        return vec![];
    };
    let judgement = &package.judgement;
    let name = shell::word(judgement.subject.name.as_str()).into_owned();
    let spec = shell::word(&judgement.subject.spec()).into_owned();
    let mut commands = vec![];
    if let Some(fixed) = fixed_version(judgement) {
        // A way of two steps is the root and the release: the project asks for it by name.
        if package.paths.iter().any(|path| path.len() == 2) {
            let target = shell::word(&format!("{}@{fixed}", judgement.subject.name)).into_owned();
            commands.push(client.install(&target));
        } else {
            commands.push(client.update(&name));
        }
    }
    if judgement.verdict >= Verdict::Quarantine || !commands.is_empty() {
        commands.push(client.explain(&name, &spec));
    }
    commands
}

/// The lowest version that mends everything an advisory says against the release, where all of it has a
/// fix; a version that mends only part would be bad advice.
pub(crate) fn fixed_version(judgement: &Judgement) -> Option<&Version> {
    let mut highest: Option<&Version> = None;
    let told = judgement.findings.iter().filter(|finding| !finding.waived);
    for advisory in told.filter_map(|finding| finding.signal.advisory.as_ref()) {
        let fixed = advisory.fixed.as_ref()?;
        highest = Some(highest.map_or(fixed, |other| other.max(fixed)));
    }
    highest
}

#[derive(Clone, Copy)]
enum Client {
    Npm,
    Pnpm,
    YarnClassic,
    YarnBerry,
    Bun,
}

fn client_of(package: &PackageReport, lockfiles: &[LockfileReport]) -> Option<Client> {
    let path = &package.pins.first()?.lockfile;
    let lockfile = lockfiles.iter().find(|lockfile| &lockfile.path == path)?;
    let format = lockfile.format.to_ascii_lowercase();
    match format.as_str() {
        f if f.starts_with("pnpm") => Some(Client::Pnpm),
        f if f.starts_with("bun") => Some(Client::Bun),
        f if f.starts_with("yarn") && f.contains("classic") => Some(Client::YarnClassic),
        f if f.starts_with("yarn") => Some(Client::YarnBerry),
        f if f.contains("package-lock") || f.contains("shrinkwrap") || f.starts_with("npm") => {
            Some(Client::Npm)
        }
        _ => None,
    }
}

impl Client {
    fn install(self, target: &str) -> String {
        match self {
            Self::Npm => format!("npm install {target}"),
            Self::Pnpm => format!("pnpm add {target}"),
            Self::YarnClassic | Self::YarnBerry => format!("yarn add {target}"),
            Self::Bun => format!("bun add {target}"),
        }
    }

    fn update(self, name: &str) -> String {
        match self {
            Self::Npm => format!("npm update {name}"),
            Self::Pnpm => format!("pnpm update --recursive --depth Infinity {name}"),
            Self::YarnClassic => format!("yarn upgrade {name}"),
            Self::YarnBerry => format!("yarn up --recursive {name}"),
            Self::Bun => format!("bun update {name}"),
        }
    }

    fn explain(self, name: &str, spec: &str) -> String {
        match self {
            Self::Npm => format!("npm explain {spec}"),
            Self::Pnpm => format!("pnpm why --recursive {name}"),
            Self::YarnClassic | Self::YarnBerry => format!("yarn why {name}"),
            Self::Bun => format!("bun why {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_fix_of_a_direct_dependency_is_installed_by_version() {
        let report = samples::vulnerable();
        let package = report
            .packages
            .iter()
            .find(|p| fixed_version(&p.judgement).is_some())
            .unwrap();
        let commands = for_package(package, &report.lockfiles);
        assert_eq!(commands.first().unwrap(), "npm install left-parse@2.4.1");
    }

    #[test]
    fn a_fix_of_only_one_of_two_flaws_is_not_proposed() {
        let mut report = samples::vulnerable();
        let judgement = &mut report.packages.first_mut().unwrap().judgement;
        let mut second = judgement.findings.first().unwrap().clone();
        second.signal.advisory.as_mut().unwrap().fixed = None;
        judgement.findings.push(second);
        assert_eq!(fixed_version(judgement), None);
        judgement.findings.last_mut().unwrap().waived = true;
        assert!(fixed_version(judgement).is_some());
    }

    #[test]
    fn what_is_deep_in_the_tree_is_updated_by_its_manager() {
        let mut report = samples::vulnerable();
        let package = report.packages.first_mut().unwrap();
        package.paths = vec![["app", "a@1.0.0", "left-parse@2.3.0"].map(Into::into).to_vec()];
        let package = package.clone();
        for (format, wanted) in [
            ("package-lock", "npm update left-parse"),
            ("npm-shrinkwrap", "npm update left-parse"),
            ("pnpm", "pnpm update --recursive --depth Infinity left-parse"),
            ("yarn-classic", "yarn upgrade left-parse"),
            ("yarn-berry", "yarn up --recursive left-parse"),
            ("bun", "bun update left-parse"),
        ] {
            report.lockfiles.first_mut().unwrap().format = format.to_owned();
            assert_eq!(for_package(&package, &report.lockfiles).first().unwrap(), wanted);
        }
    }

    #[test]
    fn without_a_lockfile_nothing_is_proposed() {
        let report = samples::vulnerable();
        let mut package = report.packages.first().unwrap().clone();
        package.pins.clear();
        assert!(for_package(&package, &report.lockfiles).is_empty());
    }
}
