//! Every audit, sorted by id. Written by `cargo xtask gen` from the files present; edit none of it by hand.
use crate::Audit;

mod address_swapped;
mod agent_implant;
mod archive_malformed;
mod autostart_written;
mod behaviour_added;
mod bin_shadows_tool;
mod bundled_program_run;
mod ci_implant;
mod client_settings_shipped;
mod code_appended;
mod code_in_disguise;
mod credentials_read;
mod dead_drop_resolved;
mod dependency_held;
mod dependency_injected;
mod deprecated;
mod dist_tag_rolled_back;
mod downloaded_program_run;
mod export_trojaned;
mod fetched_code_run;
mod files_destroyed;
mod fingerprint_sent;
mod hidden_characters;
mod hidden_code_run;
mod import_never_ends;
mod install_inside_code;
mod install_script_added;
mod integrity_differs;
mod integrity_missing;
mod integrity_weak;
mod known_malicious;
mod known_vulnerable;
mod lockfile_entry_mismatch;
mod mail_domain_changed;
mod manifest_confusion;
mod miner_started;
mod name_resembles_popular;
mod name_young;
mod native_build_runs_commands;
mod obfuscated_code;
mod obfuscation_added;
mod other_software_changed;
mod platform_exfiltration;
mod provenance_dropped;
mod publish_channel_changed;
mod publisher_burst;
mod publisher_changed;
mod publisher_dormant;
mod release_young;
mod remote_dependency_spec;
mod remote_tasking;
mod reverse_shell;
mod secret_scanner_run;
mod secret_sent_out;
mod self_dependency;
mod self_propagation;
mod shrinkwrap_redirected;
mod source_off_registry;
mod tarball_differs;
mod traces_removed;
mod version_out_of_line;
mod version_withdrawn;

/// Every audit, sorted by id.
pub static CATALOGUE: &[&dyn Audit] = &[
    &address_swapped::AddressSwapped,
    &agent_implant::AgentImplant,
    &archive_malformed::ArchiveMalformed,
    &autostart_written::AutostartWritten,
    &behaviour_added::BehaviourAdded,
    &bin_shadows_tool::BinShadowsTool,
    &bundled_program_run::BundledProgramRun,
    &ci_implant::CiImplant,
    &client_settings_shipped::ClientSettingsShipped,
    &code_appended::CodeAppended,
    &code_in_disguise::CodeInDisguise,
    &credentials_read::CredentialsRead,
    &dead_drop_resolved::DeadDropResolved,
    &dependency_held::DependencyHeld,
    &dependency_injected::DependencyInjected,
    &deprecated::Deprecated,
    &dist_tag_rolled_back::DistTagRolledBack,
    &downloaded_program_run::DownloadedProgramRun,
    &export_trojaned::ExportTrojaned,
    &fetched_code_run::FetchedCodeRun,
    &files_destroyed::FilesDestroyed,
    &fingerprint_sent::FingerprintSent,
    &hidden_characters::HiddenCharacters,
    &hidden_code_run::HiddenCodeRun,
    &import_never_ends::ImportNeverEnds,
    &install_inside_code::InstallInsideCode,
    &install_script_added::InstallScriptAdded,
    &integrity_differs::IntegrityDiffers,
    &integrity_missing::IntegrityMissing,
    &integrity_weak::IntegrityWeak,
    &known_malicious::KnownMalicious,
    &known_vulnerable::KnownVulnerable,
    &lockfile_entry_mismatch::LockfileEntryMismatch,
    &mail_domain_changed::MailDomainChanged,
    &manifest_confusion::ManifestConfusion,
    &miner_started::MinerStarted,
    &name_resembles_popular::NameResemblesPopular,
    &name_young::NameYoung,
    &native_build_runs_commands::NativeBuildRunsCommands,
    &obfuscated_code::ObfuscatedCode,
    &obfuscation_added::ObfuscationAdded,
    &other_software_changed::OtherSoftwareChanged,
    &platform_exfiltration::PlatformExfiltration,
    &provenance_dropped::ProvenanceDropped,
    &publish_channel_changed::PublishChannelChanged,
    &publisher_burst::PublisherBurst,
    &publisher_changed::PublisherChanged,
    &publisher_dormant::PublisherDormant,
    &release_young::ReleaseYoung,
    &remote_dependency_spec::RemoteDependencySpec,
    &remote_tasking::RemoteTasking,
    &reverse_shell::ReverseShell,
    &secret_scanner_run::SecretScannerRun,
    &secret_sent_out::SecretSentOut,
    &self_dependency::SelfDependency,
    &self_propagation::SelfPropagation,
    &shrinkwrap_redirected::ShrinkwrapRedirected,
    &source_off_registry::SourceOffRegistry,
    &tarball_differs::TarballDiffers,
    &traces_removed::TracesRemoved,
    &version_out_of_line::VersionOutOfLine,
    &version_withdrawn::VersionWithdrawn,
];
