//! A stream as one piece of bytes, for those who must walk through it twice.

use std::io::{self, Read, Write};

use super::Mapping;
use super::mapped::ArchiveBytes;
use super::shortage::Temporary;

/// Bytes that stay in memory; a longer stream waits in a temporary file without a name.
const IN_MEMORY: u64 = 4 << 20;

/// All bytes of a stream, or those before it failed.
pub struct Spooled {
    bytes: ArchiveBytes,
    /// Why there are no more, when there should be.
    pub failed: Option<io::Error>,
}

impl Spooled {
    /// Takes all that comes. A long stream is written to a temporary file, which nobody else can change or shorten, and is
    /// looked at through a map of it: its pages are the system's to take back.
    ///
    /// # Errors
    /// When the temporary file cannot be written, which is a [`Shortage`](super::Shortage). That the stream fails is no error: what came before it can be had.
    pub fn of(stream: &mut dyn Read) -> io::Result<Spooled> {
        let mut head = Vec::new();
        let mut failed = stream.take(IN_MEMORY).read_to_end(&mut head).err();
        if failed.is_some() || (head.len() as u64) < IN_MEMORY {
            return Ok(Spooled { bytes: ArchiveBytes::held(head), failed });
        }
        let mut file = Temporary::new()?;
        file.write_all(&head)?;
        let mut piece = vec![0; 256 << 10];
        loop {
            match stream.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => file.write_all(&piece[..length])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        let mut bytes = ArchiveBytes::of_own_file(file.into_file(), Mapping::Allowed)?;
        if bytes.in_place(0..bytes.len()).is_none() {
            // It cannot be mapped here.
            let mut read = vec![0; bytes.len()];
            bytes.read_into(0, &mut read)?;
            bytes = ArchiveBytes::held(read);
        }
        Ok(Spooled { bytes, failed })
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.in_place(0..self.bytes.len()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spooled(length: usize) -> Spooled {
        let bytes: Vec<u8> = (0..length).map(|at| at as u8).collect();
        let spooled = Spooled::of(&mut bytes.as_slice()).unwrap();
        assert!(spooled.bytes() == bytes);
        spooled
    }

    #[test]
    fn all_bytes_come_whole_from_memory_and_from_a_file() {
        for length in [0, 1, IN_MEMORY as usize - 1, IN_MEMORY as usize, IN_MEMORY as usize + 100_000] {
            assert!(spooled(length).failed.is_none());
        }
    }

    #[test]
    fn of_a_stream_that_fails_there_is_what_came_before() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::from(io::ErrorKind::UnexpectedEof))
            }
        }
        for length in [10, IN_MEMORY as usize + 10] {
            let bytes = vec![7; length];
            let spooled = Spooled::of(&mut bytes.as_slice().chain(Broken)).unwrap();
            assert!(spooled.bytes() == bytes);
            assert_eq!(spooled.failed.unwrap().kind(), io::ErrorKind::UnexpectedEof);
        }
    }
}
