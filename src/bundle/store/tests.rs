use super::*;

fn read(store: &RunStore, chunk: StoredChunk) -> Vec<u8> {
    let mut out = Vec::new();
    store.read(chunk.start, chunk.length as usize, &mut out).unwrap();
    out
}

fn hold(store: &RunStore, at: Location, length: usize) -> Option<HeldBytes> {
    match store.find(at, length) {
        Ok(Whereabouts::Held(held)) => Some(held),
        _ => None,
    }
}

fn is_in_memory(store: &RunStore, chunk: StoredChunk) -> bool {
    hold(store, chunk.start, chunk.length as usize).is_some()
}

#[test]
fn memory_is_free_when_nobody_wants_any_byte_of_a_chunk() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::new(folder.path(), 10);
    let chunk = store.put(b"0123456789").unwrap();
    store.release(chunk.start, 4);
    assert_eq!(store.in_memory(), 10);
    let held = hold(&store, chunk.start.forward(4), 6).unwrap();
    store.release(chunk.start.forward(4), 6);
    // Whoever holds it may go on reading.
    assert_eq!((&*held, store.in_memory()), (&b"456789"[..], 0));
    assert!(hold(&store, chunk.start, 1).is_none());
    let next = store.put(b"abc").unwrap();
    assert!(is_in_memory(&store, next));
    store.discard(&next);
    assert_eq!(store.in_memory(), 0);
}

#[test]
fn finds_runs_in_a_bundle_that_was_written_ahead() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::new(folder.path(), 0);
    let path = folder.path().join("ahead");
    std::fs::write(&path, b"head run,run").unwrap();
    let begin = store.written_ahead(path).unwrap();
    let mut out = Vec::new();
    store.read(begin.forward(5), 3, &mut out).unwrap();
    assert_eq!(out, b"run");
}

#[test]
fn holds_chunks_in_memory_up_to_the_ceiling_and_then_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::new(folder.path(), 6);
    let chunks: Vec<_> = [b"one", b"two", b"six", b"ten"].iter().map(|text| store.put(*text).unwrap()).collect();
    let are_in_memory = || chunks.iter().map(|&chunk| is_in_memory(&store, chunk)).collect::<Vec<_>>();
    // What came first has made room.
    assert_eq!(are_in_memory(), [false, false, true, true]);
    assert_eq!((store.in_memory(), store.spilled()), (6, 6));
    assert_eq!(chunks.iter().map(|&chunk| read(&store, chunk)).collect::<Vec<_>>().concat(), b"onetwosixten");
    let long = store.put(&[b'x'; 200]).unwrap();
    assert!(!is_in_memory(&store, long) && are_in_memory() == [false, false, true, true], "no room for it anyway");
    for chunk in chunks {
        store.discard(&chunk);
    }
    assert_eq!(store.in_memory(), 0);
}

#[test]
fn what_makes_room_goes_in_one_piece_and_is_found_there() {
    let folder = tempfile::tempdir().unwrap();
    let ceiling = 64 << 10;
    let store = RunStore::new(folder.path(), ceiling);
    let chunks: Vec<_> = (0..2000_u32).map(|number| store.put(&number.to_le_bytes().repeat(9)).unwrap()).collect();
    assert!(store.spilled() > 0 && store.in_memory() <= ceiling);
    assert!(
        store.in_memory() >= ceiling - store.memory.large_segment() as u64,
        "no more than a part of it leaves at once"
    );
    for (number, chunk) in (0_u32..).zip(chunks) {
        assert_eq!(read(&store, chunk), number.to_le_bytes().repeat(9));
    }
}

#[test]
fn while_one_makes_room_others_take_a_little_more_or_wait() {
    let folder = tempfile::tempdir().unwrap();
    // Thirty-two chunks, of which four make room at a time.
    let store = RunStore::new(folder.path(), 3200);
    let put = |count| {
        (0..count).for_each(|_| {
            store.put(&[b'x'; 100]).unwrap();
        })
    };
    put(32);
    let making_room = store.making_room.lock().unwrap();
    put(4);
    assert_eq!((store.in_memory(), store.spilled()), (3600, 0));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| put(1));
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!waiting.is_finished() && store.in_memory() == 3600);
        drop(making_room);
        waiting.join().unwrap();
    });
    // What makes room twice makes more than enough.
    assert_eq!((store.in_memory(), store.spilled()), (2900, 800));
}

#[test]
fn chunks_that_are_put_while_others_are_read_do_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::new(folder.path(), 8 << 20);
    let first = store.put(b"first").unwrap();
    let held = hold(&store, first.start, 5).unwrap();
    let second = store.put(b"second").unwrap();
    let third = store.put(b"third").unwrap();
    let segment = store.in_memory() / 2;
    assert!(segment > 0 && is_in_memory(&store, second) && is_in_memory(&store, third));
    drop(held);
    store.put(b"fourth").unwrap();
    assert_eq!(store.in_memory(), 2 * segment, "there is room in both");
}

#[test]
fn the_more_tests_are_known_the_less_memory_runs_have() {
    let folder = tempfile::tempdir().unwrap();
    let memory = RunMemory::of(64 << 20);
    let ceiling = |store: &RunStore| store.memory().1 >> 20;
    let store = RunStore::sharing(&memory, folder.path());
    store.know(1 << 20);
    assert_eq!(ceiling(&store), 32);
    let other = RunStore::sharing(&memory, folder.path());
    other.know(100 << 20);
    assert_eq!((ceiling(&store), ceiling(&other)), (8, 8));
    drop(other);
    assert_eq!(ceiling(&store), 32);
}

#[test]
fn what_stays_keeps_no_others_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::new(folder.path(), 64 << 20);
    let run = vec![b'r'; 64 << 10];
    let put = || (store.put(&run).unwrap(), store.put_to_stay(b"note").unwrap());
    let (runs, notes): (Vec<_>, Vec<_>) = (0..400).map(|_| put()).unzip();
    runs.iter().for_each(|run| store.discard(run));
    // While little was held they lay among each other.
    assert!(store.in_memory() < 6 << 20, "{}", store.in_memory());
    assert!(notes.iter().all(|note| read(&store, *note) == b"note"));
    notes.iter().for_each(|note| store.discard(note));
    assert_eq!(store.in_memory(), 0);
}

#[test]
fn what_nobody_wants_makes_no_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::new(folder.path(), 6);
    let stays = store.put(b"one").unwrap();
    for _ in 0..5 {
        store.discard(&store.put(b"two").unwrap());
    }
    assert_eq!((is_in_memory(&store, stays), store.spilled()), (true, 0));
    // It is half released, and what is left of it is found in the file.
    store.release(stays.start, 2);
    let others = [store.put(b"two").unwrap(), store.put(b"six").unwrap()];
    assert_eq!((is_in_memory(&store, stays), store.spilled()), (false, 3));
    assert!(others.iter().all(|&other| is_in_memory(&store, other)));
    let mut last = Vec::new();
    store.read(stays.start.forward(2), 1, &mut last).unwrap();
    store.release(stays.start.forward(2), 1);
    assert_eq!((last.as_slice(), store.in_memory()), (&b"e"[..], 6));
    assert!(store.read(stays.start, 1, &mut last).is_err());
    let moved = others[0];
    store.put(b"ten").unwrap();
    assert!(!is_in_memory(&store, moved) && store.read(moved.start, 4, &mut last).is_err());
}

#[test]
fn stores_share_memory_and_give_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let memory = RunMemory::of(3);
    let (first, second) = (RunStore::sharing(&memory, folder.path()), RunStore::sharing(&memory, folder.path()));
    let put = |store: &RunStore| is_in_memory(store, store.put(b"one").unwrap());
    assert!(put(&first) && !put(&second));
    drop(first);
    assert_eq!(memory.held(), 0);
    assert!(put(&second));
}

#[test]
fn refuses_places_where_nothing_was_put() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::new(folder.path(), 1000);
    let chunk = store.put(b"abc").unwrap();
    let mut out = Vec::new();
    for (at, length) in
        [(chunk.start, 4), (chunk.start.forward(1 << 32), 1), (Location::of_spill(0), 1), (Location::of_spill(9), 1)]
    {
        let error = store.read(at, length, &mut out).unwrap_err();
        assert!(matches!(error.kind(), WriteErrorKind::NotStored), "{error}");
    }
    assert!(out.is_empty());
}

#[test]
fn many_threads_put_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::new(folder.path(), 20_000);
    let chunks: Vec<(String, StoredChunk)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let store = &store;
                scope.spawn(move || {
                    let put = |n: usize| {
                        let text = format!("{thread}:{n}:{}", "x".repeat(n % 70));
                        let chunk = store.put(text.as_bytes()).unwrap();
                        (text, chunk)
                    };
                    (0..200).map(put).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(store.in_memory() <= 20_000 && store.spilled() > 0);
    for (text, chunk) in chunks {
        assert_eq!(read(&store, chunk), text.as_bytes());
    }
}

#[test]
fn many_threads_put_read_and_release() {
    let folder = tempfile::tempdir().unwrap();
    let store = &RunStore::new(folder.path(), 30_000);
    let text = |thread: usize, n: usize| format!("{thread}:{n}:").repeat(1 + n % 40);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                let mut chunks: Vec<Option<StoredChunk>> = Vec::new();
                for n in 0..600 {
                    chunks.push(Some(store.put(text(thread, n).as_bytes()).unwrap()));
                    // A few stay, most go soon, and all are read on the way.
                    let other = n * 7 % chunks.len();
                    if let Some(chunk) = chunks[other] {
                        let begin = chunk.length as usize / 2;
                        let mut out = Vec::new();
                        let length = chunk.length as usize - begin;
                        store.read(chunk.start.forward(begin as u64), length, &mut out).unwrap();
                        assert_eq!(out, text(thread, other).as_bytes()[begin..]);
                    }
                    if n % 5 != 0
                        && let Some(chunk) = chunks[n.saturating_sub(3)].take()
                    {
                        store.discard(&chunk);
                    }
                }
                chunks.iter().flatten().for_each(|chunk| store.discard(chunk));
            });
        }
    });
    assert!(store.spilled() > 0);
    assert_eq!((store.in_memory(), store.wanted_in_memory(), store.memory.held()), (0, 0, 0));
}
