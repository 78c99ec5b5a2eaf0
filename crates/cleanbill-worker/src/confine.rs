//! What a worker gives up before it reads a byte of a package: files, network, new programs, and memory
//! beyond a limit. What a system could not take away stands in [`Confinement`].

/// What a worker may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Address space, in bytes: the heap, the large stack of the reading thread, the program itself.
    pub address_space: u64,
    /// Processor time over the worker's life, in seconds; the parent's own deadline is far shorter.
    pub cpu_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address_space: 1536 * 1024 * 1024,
            cpu_seconds: 1800,
        }
    }
}

/// What was really taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confinement {
    /// Memory and processor time are bounded.
    pub limits: bool,
    /// The file system is out of reach.
    pub files: bool,
    /// Network, new programs and other processes are out of reach.
    pub calls: bool,
}

/// Gives up what a reader of hostile input does not need. It cannot be undone in this process.
#[must_use]
pub fn confine(limits: &Limits) -> Confinement {
    Confinement {
        limits: bound(limits),
        files: close_files(),
        calls: close_calls(),
    }
}

#[cfg(unix)]
fn bound(limits: &Limits) -> bool {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let set = |resource, value| {
        setrlimit(
            resource,
            Rlimit {
                current: Some(value),
                maximum: Some(value),
            },
        )
        .is_ok()
    };
    let memory = set(Resource::As, limits.address_space);
    let cpu = set(Resource::Cpu, limits.cpu_seconds);
    // A dump of a worker would hold what it read; a worker writes no file.
    let core = set(Resource::Core, 0);
    let files = set(Resource::Fsize, 0);
    memory && cpu && core && files
}

#[cfg(not(unix))]
fn bound(_limits: &Limits) -> bool {
    false
}

/// Files that are open stay open; nothing else can be reached. Landlock covers the file system only: the
/// network is closed by [`close_calls`].
#[cfg(target_os = "linux")]
fn close_files() -> bool {
    use landlock::{ABI, Access as _, AccessFs, Ruleset, RulesetAttr as _, RulesetStatus};
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    matches!(status, Ok(status) if status.ruleset != RulesetStatus::NotEnforced)
}

#[cfg(not(target_os = "linux"))]
fn close_files() -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn close_calls() -> bool {
    false
}

/// What a process needs that computes and answers on pipes that are open already: memory, threads,
/// signals, clocks, randomness, and the end. `clone` is among them for threads; what it starts is
/// confined like its parent and cannot become another program.
#[cfg(target_os = "linux")]
const ALLOWED: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_tgkill,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_restart_syscall,
    libc::SYS_prctl,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Allows what reading, computing and answering need; every other call fails with `EPERM`.
#[cfg(target_os = "linux")]
fn close_calls() -> bool {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else {
        return false;
    };
    let rules = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let filter = SeccompFilter::new(rules, SeccompAction::Errno(1), SeccompAction::Allow, arch);
    let Ok(program) = filter.and_then(BpfProgram::try_from) else {
        return false;
    };
    seccompiler::apply_filter_all_threads(&program).is_ok()
}
