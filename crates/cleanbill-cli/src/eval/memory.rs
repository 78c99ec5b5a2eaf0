//! How much memory this program and its workers ever held at once, as the system tells it.
//! Where the system does not tell, nothing is said.

/// The largest so far: of this process, and of any of its children that still lives, in MiB.
#[derive(Clone, Copy, Debug, Default)]
pub struct Peak {
    /// This process.
    pub own: Option<f64>,
    /// The largest worker.
    pub worker: Option<f64>,
}

impl Peak {
    /// Looks again; what was seen before stays if it was larger.
    pub fn look(&mut self) {
        let own = std::process::id().to_string();
        self.own = larger(self.own, status(&own).map(|(_, peak)| peak));
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.bytes().all(|byte| byte.is_ascii_digit())
                && let Some((parent, peak)) = status(&name)
                && parent == own
            {
                self.worker = larger(self.worker, Some(peak));
            }
        }
    }
}

fn larger(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    }
}

/// The parent of a process and its largest resident size in MiB.
fn status(process: &str) -> Option<(String, f64)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let field = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)).map(|rest| {
            rest.trim_start_matches(':')
                .trim()
                .trim_end_matches(" kB")
                .to_owned()
        })
    };
    let peak: f64 = field("VmHWM")?.parse().ok()?;
    Some((field("PPid")?, peak / 1024.0))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_a_size() {
        let mut peak = Peak::default();
        peak.look();
        assert!(peak.own.is_some_and(|mib| mib > 1.0));
    }
}
