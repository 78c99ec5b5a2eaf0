//! Any settings are read, no secret shows, and a token stays with its host.
#![no_main]
use cleanbill_npm::{ClientSettings, Level, Settings, SettingsFile};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "s3cr3tt0k3n";

fuzz_target!(|text: &str| {
    let mut parts = text.split('\0');
    let mut next = || parts.next().unwrap_or_default();
    let (user, project, variable, value, url) = (next(), next(), next(), next(), next());
    if text.contains(SECRET) {
        return;
    }
    let bound = format!("//registry.example/npm/:_authToken=${{TOKEN}}\n{user}");
    let files = [
        SettingsFile { level: Level::Project, path: ".npmrc", text: project },
        SettingsFile { level: Level::User, path: "~/.npmrc", text: &bound },
    ];
    let environment = [(variable.to_owned(), value.to_owned())];
    let lookup = |name: &str| (name == "TOKEN").then(|| SECRET.to_owned());
    let settings = Settings::resolve(&files, &environment, &lookup);
    // The user's own file and the environment may put the token where they like; a project's may not.
    if user.is_empty() && variable.is_empty() {
        assert!(!format!("{settings:?}").contains(SECRET));
        let header = settings.credential_for(url).and_then(|credential| credential.authorization());
        if header.is_some_and(|header| header.expose().contains(SECRET)) {
            let url = url::Url::parse(url).expect("credentials go to addresses only");
            assert_eq!((url.scheme(), url.host_str(), url.port()), ("https", Some("registry.example"), None));
            assert!(url.path() == "/npm" || url.path().starts_with("/npm/"));
        }
    }
    let mut clients = ClientSettings::default();
    clients.add_yarnrc(user, "f");
    clients.add_pnpm_workspace(project, "f");
    clients.add_bunfig(user, "f");
    clients.add_manifest(project, "f");
});
