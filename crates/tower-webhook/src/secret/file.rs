//! Secrets from files and environment variables, read without leaving copies behind.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// Longer than any provider's secret. It bounds how much of a wrong file is read.
pub(super) const MAX_FILE: usize = 64 * 1024;

/// The first `MAX_FILE + 1` bytes of a file. The buffer never grows: growing would leave a copy that is not wiped.
pub(super) fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
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
pub(super) fn without_line_break(bytes: &[u8]) -> &[u8] {
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
