//! Secrets from files and environment variables, read without leaving copies behind.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::SigningSecret;
use crate::error::ConfigError;

impl SigningSecret {
    /// Reads an environment variable and strips one line break (`\n` or `\r\n`) from its end.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// let error = SigningSecret::from_env("NOT_SET_ANYWHERE").unwrap_err();
    /// assert_eq!(error.to_string(), "environment variable NOT_SET_ANYWHERE is not set");
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::MissingVariable`] when it is not set, [`ConfigError::BlankVariable`] when it is [blank](Self).
    /// Both name the variable, neither its value.
    pub fn from_env(name: impl AsRef<OsStr>) -> Result<Self, ConfigError> {
        let name = name.as_ref();
        let shown = || name.to_string_lossy().into_owned();
        let value = std::env::var_os(name).ok_or_else(|| ConfigError::MissingVariable { name: shown() })?;
        let value = Zeroizing::new(value.into_encoded_bytes());
        let secret = Self::non_blank(without_line_break(&value));
        let secret = secret.ok_or_else(|| ConfigError::BlankVariable { name: shown() })?;
        Ok(secret.at(&format!("environment variable {}", shown())))
    }

    /// Reads a file, as Docker and Kubernetes mount secrets, and strips one line break (`\n` or `\r\n`) from its end.
    ///
    /// It blocks the thread while it reads; on a named pipe without a writer it blocks without limit.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UnreadableFile`] when it cannot be read, [`ConfigError::OversizedFile`] when it is longer than
    /// 64 KiB, [`ConfigError::BlankFile`] when it is [blank](Self). Each names the file, none its content.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let value = read(path).map_err(|source| ConfigError::UnreadableFile {
            path: path.into(),
            source,
        })?;
        if value.len() > MAX_FILE {
            return Err(ConfigError::OversizedFile { path: path.into() });
        }
        let secret = Self::non_blank(without_line_break(&value));
        let secret = secret.ok_or_else(|| ConfigError::BlankFile { path: path.into() })?;
        Ok(secret.at(&format!("secret file {}", path.display())))
    }
}

/// Longer than any provider's secret. It bounds how much of a wrong file is read.
pub(super) const MAX_FILE: usize = 64 * 1024;

/// The first `MAX_FILE + 1` bytes of a file. The buffer never grows: growing would leave a copy that is not wiped.
fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut value = Zeroizing::new(vec![0; MAX_FILE + 1]);
    let mut file = File::open(path)?;
    let mut filled = 0;
    while filled < value.len() {
        match file.read(&mut value[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    value.truncate(filled);
    Ok(value)
}

/// The bytes without one `\n` or `\r\n` at their end.
fn without_line_break(bytes: &[u8]) -> &[u8] {
    let text = bytes.strip_suffix(b"\n");
    text.map_or(bytes, |text| text.strip_suffix(b"\r").unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_break_is_stripped() {
        for (given, kept) in [
            ("s", "s"),
            ("s\n", "s"),
            ("s\r\n", "s"),
            ("s\n\n", "s\n"),
            ("s\r", "s\r"),
            ("\ns", "\ns"),
            ("", ""),
        ] {
            assert_eq!(without_line_break(given.as_bytes()), kept.as_bytes(), "{given:?}");
        }
    }
}
