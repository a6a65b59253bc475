//! The files of the database, as they were when it was opened: a commit to a file that was deleted is lost.

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io, path};

use super::Error;

/// The paths of the database, its write-ahead log and the index of that, each with the file that it led to.
///
/// SQLite goes on writing to a file that was deleted, renamed or replaced, and reports success. As long as a connection
/// is open, these paths lead to the same files unless somebody else changes that.
#[derive(Clone, Debug)]
pub(super) struct Files(Arc<[(PathBuf, Id)]>);

/// Device and inode.
type Id = (u64, u64);

impl Files {
    /// Remembers the files of this database, which is open.
    pub(super) fn of(database: &Path) -> io::Result<Self> {
        let database = path::absolute(database)?;
        // SQLite puts the log beside the file that a symbolic link leads to.
        let real = fs::canonicalize(&database)?.into_os_string();
        let beside = |suffix: &str| {
            let mut path = real.clone();
            path.push(suffix);
            PathBuf::from(path)
        };
        let paths = [beside("-wal"), beside("-shm"), database];
        let files = paths.into_iter().map(|path| id(&path).map(|id| (path, id)));
        files.collect::<io::Result<_>>().map(Self)
    }

    /// Fails when one of the paths leads to another file by now, or to none.
    ///
    /// After a commit it proves that the commit is in the files at these paths. It asks the system three times for what
    /// is in the cache of its file system, which is not worth a thread.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.0.iter().find(|(path, was)| id(path).ok() != Some(*was)) {
            Some((path, _)) => Err(Error::Replaced(path.clone())),
            None => Ok(()),
        }
    }
}

#[cfg(unix)]
fn id(path: &Path) -> io::Result<Id> {
    let file = fs::metadata(path)?;
    Ok((file.dev(), file.ino()))
}

/// Windows neither deletes nor replaces a file that SQLite has opened.
#[cfg(not(unix))]
fn id(_: &Path) -> io::Result<Id> {
    Ok((0, 0))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A database with its log and index, empty, behind a symbolic link in another folder.
    fn database() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (links, real) = (folder.path().join("links"), folder.path().join("inbox.db"));
        fs::create_dir(&links).unwrap();
        for name in ["inbox.db", "inbox.db-wal", "inbox.db-shm", "other.db"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        symlink(&real, links.join("link.db")).unwrap();
        (folder, links.join("link.db"), real)
    }

    #[test]
    fn files_that_change_are_those_that_were_opened() {
        let (_folder, link, real) = database();
        let files = Files::of(&link).unwrap();
        fs::write(&real, "changed").unwrap();
        files.check().unwrap();
    }

    #[test]
    fn a_file_that_was_deleted_or_renamed_or_replaced_is_named() {
        for name in ["inbox.db", "inbox.db-wal", "inbox.db-shm"] {
            let changes: [fn(&Path); 3] = [
                |file| fs::remove_file(file).unwrap(),
                |file| fs::rename(file, file.with_file_name("elsewhere")).unwrap(),
                |file| fs::rename(file.with_file_name("other.db"), file).unwrap(),
            ];
            for change in changes {
                let (folder, link, _) = database();
                let files = Files::of(&link).unwrap();
                change(&folder.path().join(name));
                let path = if name == "inbox.db" {
                    link
                } else {
                    fs::canonicalize(folder.path()).unwrap().join(name)
                };
                assert!(
                    matches!(files.check(), Err(Error::Replaced(of)) if of == path),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn a_link_that_leads_elsewhere_by_now_is_noticed() {
        let (_folder, link, real) = database();
        let files = Files::of(&link).unwrap();
        fs::remove_file(&link).unwrap();
        symlink(real.with_file_name("other.db"), &link).unwrap();
        assert!(files.check().is_err());
    }
}
