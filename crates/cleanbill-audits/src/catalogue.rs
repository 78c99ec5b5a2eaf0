//! Every audit, sorted by id. Written by `cargo xtask gen` from the files present; edit none of it by hand.
use crate::Audit;

mod dependency_injected;
mod deprecated;
mod dist_tag_rolled_back;
mod install_script_added;
mod integrity_differs;
mod integrity_missing;
mod integrity_weak;
mod known_malicious;
mod known_vulnerable;
mod lockfile_entry_mismatch;
mod mail_domain_changed;
mod name_resembles_popular;
mod name_young;
mod provenance_dropped;
mod publish_channel_changed;
mod publisher_burst;
mod publisher_changed;
mod publisher_dormant;
mod release_young;
mod remote_dependency_spec;
mod self_dependency;
mod source_off_registry;
mod version_out_of_line;
mod version_withdrawn;

/// Every audit, sorted by id.
pub static CATALOGUE: &[&dyn Audit] = &[
    &dependency_injected::DependencyInjected,
    &deprecated::Deprecated,
    &dist_tag_rolled_back::DistTagRolledBack,
    &install_script_added::InstallScriptAdded,
    &integrity_differs::IntegrityDiffers,
    &integrity_missing::IntegrityMissing,
    &integrity_weak::IntegrityWeak,
    &known_malicious::KnownMalicious,
    &known_vulnerable::KnownVulnerable,
    &lockfile_entry_mismatch::LockfileEntryMismatch,
    &mail_domain_changed::MailDomainChanged,
    &name_resembles_popular::NameResemblesPopular,
    &name_young::NameYoung,
    &provenance_dropped::ProvenanceDropped,
    &publish_channel_changed::PublishChannelChanged,
    &publisher_burst::PublisherBurst,
    &publisher_changed::PublisherChanged,
    &publisher_dormant::PublisherDormant,
    &release_young::ReleaseYoung,
    &remote_dependency_spec::RemoteDependencySpec,
    &self_dependency::SelfDependency,
    &source_off_registry::SourceOffRegistry,
    &version_out_of_line::VersionOutOfLine,
    &version_withdrawn::VersionWithdrawn,
];
