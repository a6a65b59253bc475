//! The secret that sender and receiver share.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::error::ConfigError;

/// No provider's secret comes near this; a path that leads to something else should not be read to its end.
const MAX_FILE: usize = 64 * 1024;

/// A signing secret: bytes that never print, cannot be compared, and are wiped when dropped.
///
/// A **blank** secret cannot be built, as anyone can sign with it: one of no bytes, or of nothing but white space, NUL, and
/// characters without width (U+200B to U+200D, U+2060, U+FEFF), however many, in UTF-8 or behind the byte order mark of
/// UTF-16. To HMAC, up to 64 NUL bytes are the same key as no bytes at all.
///
/// ```
/// use tower_webhook::SigningSecret;
///
/// let secret = SigningSecret::new("whk_4f1d")?;
/// assert_eq!(format!("{secret:?}"), "SigningSecret(..)");
///
/// assert!(SigningSecret::new("").is_err());
/// assert!(SigningSecret::new(" \n").is_err());
/// assert!(SigningSecret::new([0; 32]).is_err());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct SigningSecret {
    bytes: Zeroizing<Box<[u8]>>,
    label: Option<Arc<str>>,
    not_after: Option<SystemTime>,
}

impl SigningSecret {
    /// Takes the bytes exactly as they are: nothing is trimmed, nothing decoded.
    ///
    /// They are copied; the caller's copy is the caller's to wipe.
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when they are [blank](Self).
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Self::non_blank(bytes.as_ref()).ok_or(ConfigError::BlankSecret)
    }

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
    /// [`ConfigError::MissingVariable`] when it is not set, [`ConfigError::BlankVariable`] when it is [blank](Self). Both
    /// name the variable, neither its value.
    pub fn from_env(name: impl AsRef<OsStr>) -> Result<Self, ConfigError> {
        let name = name.as_ref();
        let shown = || name.to_string_lossy().into_owned();
        let value = std::env::var_os(name).ok_or_else(|| ConfigError::MissingVariable { name: shown() })?;
        let value = Zeroizing::new(value.into_encoded_bytes());
        Self::non_blank(without_line_break(&value)).ok_or_else(|| ConfigError::BlankVariable { name: shown() })
    }

    /// Reads a file, as Docker and Kubernetes mount secrets, and strips one line break (`\n` or `\r\n`) from its end.
    ///
    /// It blocks as reading a file does; a named pipe that nobody writes to is waited for without end.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UnreadableFile`] when it cannot be read, [`ConfigError::OversizedFile`] when it is longer than
    /// 64 KiB, [`ConfigError::BlankFile`] when it is [blank](Self). Each names the file, none what is in it.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let value = read(path).map_err(|source| ConfigError::UnreadableFile {
            path: path.into(),
            source,
        })?;
        if value.len() > MAX_FILE {
            return Err(ConfigError::OversizedFile { path: path.into() });
        }
        Self::non_blank(without_line_break(&value)).ok_or_else(|| ConfigError::BlankFile { path: path.into() })
    }

    /// Gives the secret a name, which [`VerifiedBody::key`](crate::VerifiedBody::key) tells of what it signed, and
    /// `Debug` prints. There is none by default.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// let secret = SigningSecret::new("whk_4f1d")?.label("spring");
    /// assert_eq!(format!("{secret:?}"), "SigningSecret(\"spring\", ..)");
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    #[must_use]
    pub fn label(mut self, label: impl Into<Arc<str>>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Lets the secret expire: it is good up to and including this instant, by the verifier's
    /// [`clock`](crate::Verifier::clock), and matches nothing afterwards. It never expires by default.
    #[must_use]
    pub fn not_after(mut self, instant: SystemTime) -> Self {
        self.not_after = Some(instant);
        self
    }

    /// Insists on the form that Standard Webhooks has for secrets, `whsec_` and standard base64; the secret stays as it is.
    ///
    /// [`Verifier::standard_webhooks`](crate::Verifier::standard_webhooks) asks for this form itself. A secret that is added,
    /// replaced or looked up later is nobody's to refuse any more, and of another form matches nothing: ask here.
    ///
    /// ```
    /// use tower_webhook::{ConfigError, SigningSecret};
    ///
    /// assert!(SigningSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?.require_whsec().is_ok());
    /// let cut_off = SigningSecret::new("whsec_MfKQ9r8GKYq")?.require_whsec();
    /// assert!(matches!(cut_off, Err(ConfigError::MalformedWhsec)));
    /// # Ok::<(), ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::MalformedWhsec`] when it is of another form.
    pub fn require_whsec(self) -> Result<Self, ConfigError> {
        match self.whsec() {
            Some(_) => Ok(self),
            None => Err(ConfigError::MalformedWhsec),
        }
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// The key that is written as `whsec_` and standard base64 in this secret, if it is, and not blank.
    pub(crate) fn whsec(&self) -> Option<Zeroizing<Vec<u8>>> {
        let text = self.bytes.strip_prefix(b"whsec_")?;
        // Of a size that never grows: growing would leave an unwiped copy.
        let mut key = Zeroizing::new(vec![0; text.len()]);
        let len = STANDARD.decode_slice(text, &mut key).ok().filter(|&len| len > 0)?;
        key.truncate(len);
        (!is_blank(&key)).then_some(key)
    }

    pub(crate) fn into_terms(self) -> (Option<Arc<str>>, Option<SystemTime>) {
        (self.label, self.not_after)
    }

    fn non_blank(bytes: &[u8]) -> Option<Self> {
        (!is_blank(bytes)).then(|| Self {
            bytes: Zeroizing::new(bytes.into()),
            label: None,
            not_after: None,
        })
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.label {
            Some(label) => write!(f, "SigningSecret({label:?}, ..)"),
            None => f.write_str("SigningSecret(..)"),
        }
    }
}

/// Whether there is nothing to be seen in it, as text in UTF-8 or in UTF-16 with its byte order mark.
fn is_blank(bytes: &[u8]) -> bool {
    match bytes {
        [0xff, 0xfe, units @ ..] => is_blank_utf16(units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => is_blank_utf16(units, u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(is_invisible)),
    }
}

/// The same of 16-bit units. Of a line break at the end, the half that is no `\n` may be left.
fn is_blank_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> bool {
    let (units, rest) = bytes.as_chunks();
    let mut units = units.iter().map(|bytes| char::from_u32(unit(*bytes).into()));
    units.all(|unit| unit.is_some_and(is_invisible)) && matches!(rest, [] | [0])
}

fn is_invisible(letter: char) -> bool {
    let has_no_width = matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    letter.is_whitespace() || letter == '\0' || has_no_width
}

/// The file's bytes, or its first `MAX_FILE + 1`, in a buffer that never grows: growing would leave an unwiped copy.
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

fn without_line_break(bytes: &[u8]) -> &[u8] {
    let text = bytes.strip_suffix(b"\n");
    text.map_or(bytes, |text| text.strip_suffix(b"\r").unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn bytes_are_taken_as_they_are() {
        for bytes in [&b"s"[..], b" s ", b"s\n", b"\xff", b"\x00s", b"\xff\xfes\0"] {
            assert_eq!(SigningSecret::new(bytes).unwrap().expose(), bytes);
        }
    }

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

    #[test]
    fn files_are_read_whole_and_errors_name_them() {
        let dir = std::env::temp_dir().join(format!("tower-webhook-secret-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = dir.join(name);
            File::create(&path).unwrap().write_all(bytes).unwrap();
            path
        };

        let secret = SigningSecret::from_file(write("good", b"hush\r\n")).unwrap();
        assert_eq!(secret.expose(), b"hush");
        let largest = vec![b'k'; MAX_FILE];
        assert_eq!(
            SigningSecret::from_file(write("largest", &largest)).unwrap().expose(),
            largest
        );

        for (name, path) in [
            ("blank", write("blank", b" \n")),
            ("too-long", write("too-long", &vec![b'k'; MAX_FILE + 1])),
            ("absent", dir.join("absent")),
            ("", dir.clone()),
        ] {
            let error = SigningSecret::from_file(&path).unwrap_err().to_string();
            assert!(error.contains(&*path.to_string_lossy()), "{error}");
            assert!(!error.contains("kkk"), "{name}: {error}");
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn variables_are_read_and_errors_name_them() {
        // Set by cargo for every test, so that nothing here has to change the environment of a running process.
        let secret = SigningSecret::from_env("CARGO_PKG_NAME").unwrap();
        assert_eq!(secret.expose(), b"tower-webhook");
        let error = SigningSecret::from_env("TOWER_WEBHOOK_NOT_SET").unwrap_err();
        assert!(matches!(&error, ConfigError::MissingVariable { name } if name == "TOWER_WEBHOOK_NOT_SET"));
    }
}
