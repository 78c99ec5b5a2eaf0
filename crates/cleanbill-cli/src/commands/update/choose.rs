//! `--interactive`: which of the proposals to carry out, asked one by one.
//! It reads answers and speaks; what the plan then is, is planned anew.
use std::io::{self, BufRead, Read as _, Write};

use cleanbill_model::PackageName;
use cleanbill_update::{Plan, words::human};

/// Longest answer read; nobody types more.
const MAX_ANSWER_BYTES: u64 = 1024;
/// What may be answered.
const HELP: &str = "  y: yes   n: no   a: this one and all that follow   d: no to this one and all that follow\n  w: why this version and no other   q: quit, and change nothing\n";

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// These.
    These(Vec<PackageName>),
    /// Nothing is to be done.
    Quit,
}

/// Asks for every proposal. The end of the input is taken for `q`.
///
/// # Errors
/// When the answers cannot be read or the questions not be asked.
pub fn choose(plan: &Plan, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<Chosen> {
    let proposals: Vec<_> = plan.proposals().collect();
    let count = proposals.len();
    let mut chosen = Vec::new();
    for (at, (entry, _)) in proposals.iter().enumerate() {
        loop {
            write!(
                out,
                "({}/{count}) {} [y,n,a,d,w,q,?] ",
                at + 1,
                human::head(entry)
            )?;
            out.flush()?;
            let mut answer = String::new();
            if (&mut *input).take(MAX_ANSWER_BYTES).read_line(&mut answer)? == 0 {
                writeln!(out)?;
                return Ok(Chosen::Quit);
            }
            match answer.trim() {
                "y" => chosen.push(entry.name.clone()),
                "n" => {}
                "a" => {
                    chosen.extend(proposals.iter().skip(at).map(|(entry, _)| entry.name.clone()));
                    return Ok(Chosen::These(chosen));
                }
                "d" => return Ok(Chosen::These(chosen)),
                "q" => return Ok(Chosen::Quit),
                "w" => {
                    write!(out, "{}", human::reasons(entry, plan.as_of))?;
                    continue;
                }
                _ => {
                    write!(out, "{HELP}")?;
                    continue;
                }
            }
            break;
        }
    }
    Ok(Chosen::These(chosen))
}
