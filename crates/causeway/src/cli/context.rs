//! What every command has: the common options, resolved, and the ways to the server and to the
//! person at the terminal.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use causeway_admin::password::Password;
use causeway_admin::{Client, Coming, SOCKET_NAME, Target};
use causeway_model::config::Language;

use super::arguments::Common;
use super::configuration;
use super::failure::Failure;
use super::output::Output;
use super::words::{self, Words};

/// Where a token is when no file is named.
const TOKEN_VARIABLE: &str = "CAUSEWAY_TOKEN";

/// The common options, resolved.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// Where the two files are, if they are.
    pub(crate) config_directory: PathBuf,
    /// `--server`.
    server: Option<Target>,
    /// `--token-file`.
    token_file: Option<PathBuf>,
    /// `--ca-file`.
    ca_file: Option<PathBuf>,
    /// One JSON document instead of text.
    pub(crate) json: bool,
    /// The language of explanations.
    pub(crate) language: Language,
    /// No questions.
    yes: bool,
    /// Why.
    pub(crate) reason: Option<String>,
}

impl Context {
    /// Resolves the common options.
    ///
    /// # Errors
    /// `--config` names no directory.
    pub(super) fn new(common: Common) -> Result<Self, Failure> {
        let config_directory = match common.config {
            Some(directory) if directory.is_dir() => directory,
            Some(directory) => return Err(Failure::bad_input(words::no_directory(&directory))),
            None => configuration::default_directory(),
        };
        Ok(Self {
            config_directory,
            server: common.server,
            token_file: common.token_file,
            ca_file: common.ca_file,
            json: common.json,
            language: common.lang.unwrap_or_else(environment_language),
            yes: common.yes,
            reason: common.reason,
        })
    }

    /// Connects to the server: `--server`, or the socket in the data directory.
    ///
    /// # Errors
    /// `causeway.toml` cannot be read (status 2), or nobody answers (status 3).
    pub(crate) async fn connect(&self) -> Result<Client, Failure> {
        let target = match &self.server {
            Some(target) => target.clone(),
            None => Target::Socket(
                configuration::existing_data_directory(&self.config_directory)?.join(SOCKET_NAME),
            ),
        };
        let coming = Coming {
            token: match target {
                Target::Socket(_) => None,
                Target::Http(_) | Target::Https { .. } => self.token()?,
            },
            trust_roots: self.ca_file.iter().cloned().collect(),
            language: Some(self.language),
        };
        Ok(Client::connect(&target, coming).await?)
    }

    /// The token for a server over TCP: the first line of `--token-file`, or `CAUSEWAY_TOKEN`.
    fn token(&self) -> Result<Option<Password>, Failure> {
        let text = match &self.token_file {
            Some(file) => std::fs::read_to_string(file)
                .map_err(|error| Failure::bad_input(words::no_token_file(file, &error)))?,
            None => std::env::var(TOKEN_VARIABLE).unwrap_or_default(),
        };
        let token = text.lines().next().unwrap_or_default().trim();
        if !token.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Err(Failure::bad_input(words::NOT_A_TOKEN));
        }
        Ok((!token.is_empty()).then(|| Password::new(token.to_owned())))
    }

    /// The sentences of the language.
    pub(crate) fn words(&self) -> Words {
        Words::of(self.language)
    }

    /// Standard output.
    pub(crate) fn output(&self) -> Output {
        Output::new(self.json)
    }

    /// Asks for what an option would have said.
    ///
    /// # Errors
    /// Nobody can be asked (status 2).
    pub(crate) fn ask(&self, what: &str, option: &str) -> Result<String, Failure> {
        let stdin = std::io::stdin();
        if self.yes || self.json || !stdin.is_terminal() {
            return Err(Failure::bad_input(format!("{option} is missing; give it")));
        }
        let mut stderr = std::io::stderr().lock();
        write!(stderr, "{} ", words::harmless(what, 1000))?;
        stderr.flush()?;
        let mut answer = String::new();
        stdin.lock().read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }

    /// Asks whether it is meant. `--yes` answers; without a terminal that is the only way.
    ///
    /// # Errors
    /// Nobody can be asked (status 2), or the answer was no (status 1).
    pub(crate) fn confirm(&self, what: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        let stdin = std::io::stdin();
        if !stdin.is_terminal() {
            return Err(Failure::bad_input(words::say_yes(what)));
        }
        let mut stderr = std::io::stderr().lock();
        let choice = self.words().text("cli-choice");
        write!(stderr, "{} {choice} ", words::harmless(what, 1000))?;
        stderr.flush()?;
        let mut answer = String::new();
        stdin.lock().read_line(&mut answer)?;
        if words::is_yes(&answer) { Ok(()) } else { Err(Failure::failed(words::NOTHING_DONE)) }
    }
}

/// The language of the environment (LC_ALL, LC_MESSAGES, LANG), or English.
fn environment_language() -> Language {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .and_then(|value| Language::from_tag(&value))
        .unwrap_or(Language::En)
}
