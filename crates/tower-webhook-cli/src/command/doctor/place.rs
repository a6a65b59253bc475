//! Where the file of `--junit` is written. It is there when it is complete, and an earlier one stays until then.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

pub(super) enum Place {
    /// The file gets this name when it is complete.
    Name {
        path: PathBuf,
        /// Those of the file that it replaces.
        permissions: Option<Permissions>,
    },
    /// A device or a pipe.
    Open(File),
}

impl Place {
    /// Looks whether a file can be written here, and leaves everything as it is.
    pub(super) fn find(path: &Path) -> io::Result<Self> {
        let permissions = match fs::metadata(path) {
            Ok(metadata) => {
                let file = OpenOptions::new().write(true).open(path)?;
                if !metadata.is_file() {
                    return Ok(Self::Open(file));
                }
                Some(metadata.permissions())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                File::create_new(path)?;
                fs::remove_file(path)?;
                None
            }
            Err(error) => return Err(error),
        };
        // Where a link leads to, when there is a file: the link stays.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        temporary(&path)?;
        Ok(Self::Name { path, permissions })
    }

    /// Writes the file.
    pub(super) fn write(self, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Open(mut file) => write(&mut file),
            Self::Name { path, permissions } => {
                let mut file = temporary(&path)?;
                write(file.as_file_mut())?;
                if let Some(permissions) = permissions {
                    file.as_file().set_permissions(permissions)?;
                }
                file.persist(&path)?;
                Ok(())
            }
        }
    }
}

/// A file beside this one, for all whom the process admits to its files. It is removed unless it gets a name.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
        .prefix(".junit-")
        .suffix(".tmp")
        .tempfile_in(folder.unwrap_or(Path::new(".")))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::listing::listing;

    fn write(place: Place) -> io::Result<()> {
        place.write(|file| file.write_all(b"new"))
    }

    #[test]
    fn a_file_is_there_when_it_is_complete_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        for before in [None, Some("old")] {
            if let Some(before) = before {
                fs::write(&path, before).unwrap();
            }
            drop(Place::find(&path).unwrap());
            let failed = Place::find(&path).unwrap().write(|file| {
                file.write_all(b"half")?;
                Err(ErrorKind::StorageFull.into())
            });
            assert_eq!(failed.unwrap_err().kind(), ErrorKind::StorageFull);
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
            assert_eq!(listing(folder.path()).len(), before.iter().len());
            write(Place::find(&path).unwrap()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        }
        assert_eq!(listing(folder.path()), ["a.xml"]);
    }

    #[test]
    fn a_place_where_nothing_can_be_written_is_known_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let nowhere = ["no/such/folder.xml", "new/", "file/a.xml", "."].map(|name| folder.path().join(name));
        for path in nowhere {
            assert!(Place::find(&path).is_err(), "{}", path.display());
        }
        assert_eq!(listing(folder.path()), ["file"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay_and_the_process_decides_on_those_of_a_new_file() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let [link, there, usual, new] = ["link", "there", "usual", "new"].map(|name| folder.path().join(name));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        fs::write(&there, "old").unwrap();
        fs::set_permissions(&there, Permissions::from_mode(0o640)).unwrap();
        symlink(&there, &link).unwrap();
        write(Place::find(&link).unwrap()).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&there).unwrap(), "new");
        assert_eq!(mode(&there) & 0o777, 0o640);

        File::create(&usual).unwrap();
        write(Place::find(&new).unwrap()).unwrap();
        assert_eq!(mode(&new), mode(&usual));
    }
}
