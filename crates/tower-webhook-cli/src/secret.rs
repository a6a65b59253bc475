//! Where the secret comes from: a file, an environment variable, or, with a warning, the command line.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use tower_webhook::{ConfigError, SigningSecret};
use zeroize::Zeroizing;

use crate::outcome::{Failure, Result};
use crate::scheme::Chosen;
use crate::term::{self, Plain};

/// Longer than the secret of any provider.
const MAX_FILE: usize = 64 * 1024;

const VARIABLE_HELP: &str = "Read the secret from this environment variable \
    [default: that of the scheme, such as KNOWRITHM_WEBHOOK_SECRET]";

/// Where the secrets are. Several may be given while they are rotated; any of them may have signed.
#[derive(Args, Clone)]
#[command(next_help_heading = "Secret")]
pub(crate) struct SecretArgs {
    /// Read the secret from a file, without the line break at its end
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
    #[arg(long, value_name = "NAME", help = VARIABLE_HELP)]
    secret_env: Vec<String>,
    /// The secret itself; every user of this machine can see it in the list of processes
    #[arg(long, value_name = "VALUE")]
    secret: Vec<OsString>,
}

/// A secret as its text was found, and where that was.
#[derive(Clone)]
pub(crate) struct SecretText {
    bytes: Zeroizing<Vec<u8>>,
    place: String,
    had_line_break: bool,
}

impl SecretArgs {
    /// The one secret that signs, for commands that make signatures.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and when more than one is named: it would be a guess which of them is meant.
    pub(crate) fn read_one(&self, chosen: &Chosen) -> Result<SecretText> {
        if self.secret_file.len() + self.secret_env.len() + self.secret.len() > 1 {
            return Err(Failure::usage(
                "more than one secret is named, and one signs: name that one alone",
            ));
        }
        Ok(self.read_from(chosen, chosen.sender_variable)?.swap_remove(0))
    }

    /// All secrets: those that were named, or else the one in the usual variable of the scheme.
    ///
    /// # Errors
    ///
    /// A failure of usage when there is none, or one cannot be read or is blank.
    pub(crate) fn read(&self, chosen: &Chosen) -> Result<Vec<SecretText>> {
        self.read_from(chosen, chosen.variable)
    }

    /// Whether a secret is named, or in the usual variable of the scheme.
    pub(crate) fn has_any(&self, chosen: &Chosen) -> bool {
        let named = !(self.secret_file.is_empty() && self.secret_env.is_empty() && self.secret.is_empty());
        named || std::env::var_os(chosen.variable).is_some()
    }

    /// As [`read`](Self::read), with another usual variable.
    fn read_from(&self, chosen: &Chosen, variable: &str) -> Result<Vec<SecretText>> {
        if !self.secret.is_empty() {
            term::warn("--secret shows the secret in the list of processes: prefer --secret-file or --secret-env");
        }
        let files = self.secret_file.iter().map(|path| SecretText::from_file(path));
        let variables = self.secret_env.iter().map(|name| SecretText::from_env(name));
        // By the place it is told which of them signed.
        let place = |index| match self.secret.len() {
            1 => "--secret".to_owned(),
            _ => format!("--secret no. {}", index + 1),
        };
        let values = self.secret.iter().enumerate();
        let values = values.map(|(index, value)| SecretText::new(value.as_encoded_bytes().to_vec(), place(index)));
        let mut secrets = files.chain(variables).chain(values).collect::<Result<Vec<_>>>()?;
        if secrets.is_empty() && std::env::var_os(variable).is_some() {
            secrets.push(SecretText::from_env(variable)?);
        }
        if secrets.is_empty() {
            return Err(Failure::usage(format_args!(
                "no secret: set {variable}, or name another place with --secret-file or --secret-env"
            )));
        }
        secrets.iter().try_for_each(|secret| chosen.check(secret))?;
        Ok(secrets)
    }
}

/// Prints where the secrets are, and none of them.
impl fmt::Debug for SecretArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretArgs")
            .field("secret_file", &self.secret_file)
            .field("secret_env", &self.secret_env)
            .finish_non_exhaustive()
    }
}

impl SecretText {
    /// A secret from this place. Its bytes are wiped, whatever becomes of them.
    ///
    /// # Errors
    ///
    /// A failure of usage when it is blank.
    pub(crate) fn new(bytes: impl Into<Zeroizing<Vec<u8>>>, place: String) -> Result<Self> {
        let mut bytes = bytes.into();
        let without_break = bytes
            .strip_suffix(b"\n")
            .map_or(bytes.len(), |rest| rest.strip_suffix(b"\r").unwrap_or(rest).len());
        let had_line_break = without_break < bytes.len();
        bytes.truncate(without_break);
        match SigningSecret::new(&*bytes) {
            Ok(_) => Ok(Self {
                bytes,
                place,
                had_line_break,
            }),
            Err(_) => Err(Failure::usage(format_args!(
                "the secret in {} is blank: store the one that the provider shows",
                Plain(&place)
            ))),
        }
    }

    pub(crate) fn from_env(name: &str) -> Result<Self> {
        let place = format!("environment variable {name}");
        match std::env::var_os(name) {
            Some(value) => Self::new(value.into_encoded_bytes(), place),
            None => Err(Failure::usage(format_args!(
                "{} is not set: export it, or name another place",
                Plain(&place)
            ))),
        }
    }

    pub(crate) fn from_file(path: &Path) -> Result<Self> {
        let place = format!("file {}", path.to_string_lossy());
        // With room for all of it: a buffer that grows leaves a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE + 1));
        let read = File::open(path).and_then(|file| file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes));
        read.map_err(|error| Failure::io(Plain(&place), &error))?;
        if bytes.len() > MAX_FILE {
            return Err(Failure::usage(format_args!(
                "{} is longer than 64 KiB, so it is no secret: name the file with the secret alone",
                Plain(&place)
            )));
        }
        Self::new(bytes, place)
    }

    /// Another secret from the same place: these bytes, exactly. `None` when they are blank.
    pub(crate) fn changed_to(&self, bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        SigningSecret::new(&*bytes).ok()?;
        Some(Self {
            bytes,
            place: self.place.clone(),
            had_line_break: false,
        })
    }

    /// Whether one line break was left out at the end.
    pub(crate) fn had_line_break(&self) -> bool {
        self.had_line_break
    }

    /// The bytes, without one line break at their end.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// Where it was found: `file secret.txt`, for example.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The failure to make a key of it, for a scheme that decodes its secrets.
    pub(crate) fn unusable(&self, error: &ConfigError) -> Failure {
        Failure::usage(format_args!("the secret in {}: {error}", Plain(&self.place)))
    }

    /// Warns when it is probably a placeholder, or was damaged on its way.
    pub(crate) fn warn_of_faults(&self) {
        let strict = SigningSecret::new(&*self.bytes).and_then(SigningSecret::strict);
        if let Err(ConfigError::FaultySecret { fault, .. }) = strict {
            term::warn(format_args!("the secret in {} {fault}", Plain(&self.place)));
        }
    }
}

/// Prints the place alone.
impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretText({}, ..)", self.place)
    }
}
