//! Signals of a campaign in the words of ATT&CK: which techniques a signal stands for.
//! It translates; whether a signal is true was decided before.

/// Every campaign is one of these: a dependency was compromised, and its code is JavaScript.
pub const ALWAYS: &[(&str, &str)] = &[
    (
        "T1195.001",
        "compromise of software dependencies and development tools",
    ),
    ("T1059.007", "JavaScript"),
];

/// Techniques by signal, with the words people read.
const TABLE: &[(&str, &str, &str)] = &[
    ("pre:install_script_added", "T1546.016", "installer packages"),
    ("pre:implicit_install_hook", "T1546.016", "installer packages"),
    ("pre:lookalike_name", "T1036.005", "a name like a known one"),
    ("pre:publisher_changed", "T1078", "valid accounts"),
    ("pre:dormant_or_former_maintainer", "T1078", "valid accounts"),
    ("pre:maintainer_email_anomaly", "T1098", "account manipulation"),
    ("pre:maintainer_list_changed", "T1098", "account manipulation"),
    (
        "pre:non_registry_dependency",
        "T1105",
        "tools fetched from outside",
    ),
    ("code:credential_file_read", "T1552.001", "credentials in files"),
    ("code:env_harvest", "T1552", "unsecured credentials"),
    ("code:crypto_key_theft", "T1552.004", "private keys"),
    (
        "code:wallet_address_rewrite_or_drainer",
        "T1565.002",
        "data changed on its way",
    ),
    ("code:obfuscation", "T1027", "obfuscated code"),
    ("code:whitespace_or_unicode_hiding", "T1027", "obfuscated code"),
    ("code:dynamic_code", "T1140", "decoding at run time"),
    ("code:bundled_native_binary", "T1027.009", "embedded payloads"),
    (
        "code:network_exfil",
        "T1041",
        "exfiltration over the command channel",
    ),
    (
        "code:dns_exfil",
        "T1048.003",
        "exfiltration over another protocol",
    ),
    ("code:dns_exfil", "T1071.004", "DNS"),
    (
        "code:github_dead_drop",
        "T1567.001",
        "exfiltration to a code repository",
    ),
    ("code:blockchain_or_ipfs_c2", "T1102.001", "dead drop resolver"),
    ("code:download_and_execute", "T1105", "tools fetched from outside"),
    (
        "code:child_process",
        "T1059",
        "command and scripting interpreters",
    ),
    ("code:persistence", "T1543", "a service or agent of its own"),
    ("code:persistence", "T1547", "start at logon"),
    ("code:self_publish_worm", "T1528", "stolen application tokens"),
    ("code:patches_other_packages", "T1554", "other software changed"),
    (
        "code:ai_cli_or_agent_config_abuse",
        "T1546",
        "execution triggered by an event",
    ),
    ("code:destructive", "T1485", "data destruction"),
    ("code:cryptominer", "T1496", "resource hijacking"),
    (
        "code:denial_of_service",
        "T1499",
        "denial of service on a machine",
    ),
    ("code:self_delete_antiforensics", "T1070.004", "file deletion"),
    ("code:geo_or_env_gate", "T1480", "execution guardrails"),
    ("code:time_delay", "T1497.003", "evasion by time"),
    ("code:mail_diversion", "T1114.003", "mail forwarding"),
    (
        "code:tls_verification_disabled",
        "T1557",
        "adversary in the middle",
    ),
];

/// The techniques of some signals: id, words, and the signals that stand for it; each once, by id.
#[must_use]
pub fn techniques<'a>(
    signals: impl IntoIterator<Item = &'a str>,
) -> Vec<(&'static str, &'static str, Vec<&'a str>)> {
    let mut found: Vec<(&'static str, &'static str, Vec<&'a str>)> = ALWAYS
        .iter()
        .map(|(id, words)| (*id, *words, Vec::new()))
        .collect();
    for signal in signals {
        for (_, id, words) in TABLE.iter().filter(|(known, ..)| *known == signal) {
            match found.iter_mut().find(|(known, ..)| known == id) {
                Some((_, _, from)) => from.push(signal),
                None => found.push((id, words, vec![signal])),
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technique_is_told_once_with_all_its_signals() {
        let found = techniques([
            "code:obfuscation",
            "code:whitespace_or_unicode_hiding",
            "code:nobody_knows",
        ]);
        let ids: Vec<&str> = found.iter().map(|(id, ..)| *id).collect();
        assert_eq!(ids, ["T1027", "T1059.007", "T1195.001"]);
        assert_eq!(found[0].2.len(), 2);
    }

    #[test]
    fn ids_are_those_of_attack() {
        for (_, id, _) in TABLE {
            let digits = id.strip_prefix('T').unwrap();
            let (technique, sub) = digits.split_once('.').unwrap_or((digits, "000"));
            assert!(technique.len() == 4 && sub.len() == 3, "{id}");
        }
    }
}
