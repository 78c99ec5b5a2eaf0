//! Writes and commands that mean persistence, another's settings, a package manager, destruction or self-removal.
//! It knows places and programs by name, and nothing of who wrote there.

use crate::trace::{Action, Event};

/// Places that start what is written there, by a part of the path.
const AUTOSTART: [&str; 12] = [
    "/systemd/user/",
    "/etc/systemd/",
    "/LaunchAgents/",
    "/LaunchDaemons/",
    "/autostart/",
    "/Start Menu/Programs/Startup/",
    "/etc/cron",
    "/var/spool/cron",
    "~/.bashrc",
    "~/.zshrc",
    "~/.profile",
    "~/.bash_profile",
];
/// Settings of agents and editors.
const AGENTS: [&str; 14] = [
    "~/.claude",
    "~/.codex",
    "~/.cursor",
    "~/.gemini",
    "~/.windsurf",
    "~/.continue",
    "~/.config/claude",
    "/.cursor/",
    "/.claude/",
    "claude_desktop_config.json",
    "/CLAUDE.md",
    "/AGENTS.md",
    "/.mcp.json",
    "/.cursorrules",
];

/// The chains an event shows by its place alone; the flag says whether it is proven by itself.
pub(super) fn chains(event: &Event) -> Vec<(&'static str, bool)> {
    let mut out = Vec::new();
    match &event.action {
        Action::FileWritten {
            path, inside: false, ..
        } => written(path, &mut out),
        Action::FileChanged { path, change, to } => {
            if change == "link" || change == "rename" || change == "copy" {
                if !to.starts_with("./") {
                    written(to, &mut out);
                }
                if to == "./package.json" || path == "./package.json" {
                    out.push(("ANT-03", true));
                }
            }
            if change.starts_with("remove") {
                removed(event, path, change, &mut out);
            }
        }
        Action::Spawned {
            command, arguments, ..
        } => spawned(event, command, arguments, &mut out),
        _ => {}
    }
    out
}

fn written(path: &str, out: &mut Vec<(&'static str, bool)>) {
    if AUTOSTART.iter().any(|place| path.contains(place)) {
        out.push(("PER-01", true));
    }
    if path.contains("/.git/hooks/") || path.ends_with("/.gitconfig") || path.ends_with("/.git/config") {
        out.push(("PER-03", true));
    }
    if AGENTS.iter().any(|place| path.contains(place)) {
        out.push(("AIX-02", true));
    }
    if path.contains("/.vscode/tasks.json") || path.contains("/.vscode/settings.json") {
        out.push(("AIX-04", true));
    }
    if path.contains("/.github/workflows/") {
        out.push(("AIX-05", true));
    }
    let foreign = path.contains("/node_modules/") || path.ends_with("app.asar");
    if foreign && !path.contains("/node_modules/.bin/") && !path.contains("/node_modules/.cache/") {
        out.push(("PER-02", true));
    }
    if path.ends_with("/.ssh/authorized_keys") {
        out.push(("PER-01", true));
    }
}

fn removed(event: &Event, path: &str, change: &str, out: &mut Vec<(&'static str, bool)>) {
    let home = matches!(
        path,
        "~" | "~/" | "/" | "~/*" | "/*" | "/C:" | "~/Documents" | "~/Desktop" | "~/code"
    );
    if home || (change == "remove-all" && matches!(path, "~/.ssh" | "~/code/storefront")) {
        out.push(("FLO-12", true));
    }
    let own = event
        .site
        .as_ref()
        .is_some_and(|site| path.strip_prefix("./") == Some(site.file.as_str()));
    if own || path == "./package.json" {
        out.push(("ANT-03", true));
    }
}

fn spawned(event: &Event, command: &str, arguments: &[String], out: &mut Vec<(&'static str, bool)>) {
    let name = command
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(command)
        .to_ascii_lowercase();
    let name = name.trim_end_matches(".exe").trim_end_matches(".cmd");
    let has = |word: &str| arguments.iter().any(|one| one.eq_ignore_ascii_case(word));
    let any = |part: &str| {
        arguments
            .iter()
            .any(|one| one.to_ascii_lowercase().contains(part))
    };
    match name {
        "crontab" => out.push(("PER-01", true)),
        "systemctl" if has("enable") || has("start") => out.push(("PER-01", true)),
        "launchctl" if has("load") || has("bootstrap") => out.push(("PER-01", true)),
        "schtasks" if has("/create") => out.push(("PER-01", true)),
        "reg" if has("add") && any("currentversion\\run") => out.push(("PER-01", true)),
        "git" if has("config") && (any("core.hookspath") || any("init.templatedir")) => {
            out.push(("PER-03", true))
        }
        "npm" | "yarn" | "pnpm" | "bun" if has("publish") => out.push(("FLO-08", true)),
        "npm" | "yarn" | "pnpm" | "bun"
            if event.site.is_some() && (has("install") || has("i") || has("add")) =>
        {
            let what = arguments
                .iter()
                .any(|word| !word.starts_with('-') && !matches!(word.as_str(), "install" | "i" | "add"));
            if what {
                out.push(("FLO-17", true));
            }
        }
        "npx" | "pnpx" | "bunx" if event.site.is_some() => out.push(("FLO-17", false)),
        "claude" | "codex" | "gemini" | "cursor-agent" | "q" | "copilot"
            if any("skip-permissions")
                || any("yolo")
                || any("bypass")
                || any("trust-all")
                || any("full-auto") =>
        {
            out.push(("AIX-03", true));
        }
        "rm" if (any("-rf") || any("-fr")) && arguments.iter().any(|word| is_everything(word)) => {
            out.push(("FLO-12", true));
        }
        "mkfs" | "shred" | "format" | "cipher" | "vssadmin" if event.site.is_some() => {
            out.push(("FLO-12", false))
        }
        "trufflehog" | "gitleaks" => out.push(("SRC-08", true)),
        _ => {}
    }
}

/// A root, or a home folder as a whole.
fn is_everything(word: &str) -> bool {
    matches!(word.trim_end_matches(['/', '*']), "" | "~")
        || word.starts_with("/home/") && word.matches('/').count() < 4
}
