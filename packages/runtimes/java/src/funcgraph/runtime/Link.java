package funcgraph.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/**
 * Frames of PROTOCOL.md in both directions. No thread of the user's writes: a channel is closed when the thread that
 * writes to it is interrupted, and user code interrupts its threads. A thread of ours writes what they queue, or one that
 * runs requests, together with its result.
 */
final class Link {
    static final int MAX_HEADER = 64 * 1024;
    static final int MAX_BODY = 8 * 1024 * 1024;
    static final int MAX_LOG = 90 * 1024;
    /**
     * Most queued bytes; a thread that would queue more waits: the server may read slowly, and the queue uses the
     * function's memory.
     */
    private static final int MAX_QUEUED = 4 * 1024 * 1024;

    static final class Frame {
        final byte[] header;
        /** Null when there is no memory left for it. */
        final byte[] body;

        Frame(byte[] header, byte[] body) {
            this.header = header;
            this.body = body;
        }
    }

    private final Wire wire;
    private final RawOutput raw = new RawOutput();
    private final byte[] sizes = new byte[8];
    private final ArrayDeque<byte[]> queue = new ArrayDeque<byte[]>();
    private int queued;
    /** Frames that were queued, and that were written. */
    private long added;
    private long written;
    private boolean writing;
    /** Threads that wait for progress of the one that writes. */
    private int blocked;
    private volatile boolean broken;
    /** No frame may precede `hello`; log messages of the warm-up are discarded. */
    private volatile boolean open;

    Link(Wire wire) {
        this.wire = wire;
    }

    void open(String runtime) {
        Thread writer = new Thread("LinkWriter") {
            @Override
            public void run() {
                drain();
            }
        };
        writer.setDaemon(true);
        writer.start();
        open = true;
        StringBuilder hello = new StringBuilder("{\"type\":\"hello\",\"protocol\":1,\"runtime\":");
        Json.quote(runtime, hello);
        send(hello.append('}'), new byte[0]);
    }

    /** Waits for the next frame. Throws when the server closed the link or violated the protocol. */
    Frame read() throws IOException {
        wire.read(sizes, 8);
        int header = size(sizes, 0);
        int body = size(sizes, 4);
        if (header < 0 || header > MAX_HEADER || body < 0 || body > MAX_BODY) throw new IOException("a frame over its bound");
        byte[] head = new byte[header];
        wire.read(head, header);
        return new Frame(head, body(body));
    }

    private byte[] body(int length) throws IOException {
        byte[] body;
        try {
            body = new byte[length];
        } catch (OutOfMemoryError e) {
            for (int left = length; left > 0; left -= sizes.length) wire.read(sizes, Math.min(left, sizes.length));
            return null;
        }
        wire.read(body, length);
        return body;
    }

    private static int size(byte[] bytes, int at) {
        return (bytes[at] & 255) << 24 | (bytes[at + 1] & 255) << 16 | (bytes[at + 2] & 255) << 8 | (bytes[at + 3] & 255);
    }

    void send(CharSequence header, byte[] body) {
        if (open) send(frame(header, body));
    }

    private void send(byte[] frame) {
        boolean interrupted = false;
        synchronized (queue) {
            while (queued > MAX_QUEUED && !broken) {
                blocked++;
                try {
                    queue.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                blocked--;
            }
            add(frame);
            if (!writing) queue.notifyAll();
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private static byte[] frame(CharSequence header, byte[] body) {
        byte[] head = header.toString().getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[8 + head.length + body.length];
        put(frame, 0, head.length);
        put(frame, 4, body.length);
        System.arraycopy(head, 0, frame, 8, head.length);
        System.arraycopy(body, 0, frame, 8 + head.length, body.length);
        return frame;
    }

    private void add(byte[] frame) {
        queue.add(frame);
        queued += frame.length;
        added++;
    }

    /** Returns when the whole frame is in the socket: by that the server knows which requests have begun. */
    private void sendNow(byte[] frame) {
        long own;
        synchronized (queue) {
            add(frame);
            own = added;
            while (writing && written < own && !broken) waitForProgress(0);
            if (written >= own || broken) return;
            writing = true;
        }
        write(own);
    }

    private static void put(byte[] into, int at, int value) {
        into[at] = (byte) (value >>> 24);
        into[at + 1] = (byte) (value >>> 16);
        into[at + 2] = (byte) (value >>> 8);
        into[at + 3] = (byte) value;
    }

    private void drain() {
        while (!broken) {
            long last;
            synchronized (queue) {
                while (queue.isEmpty() || writing) waitQuietly(0);
                writing = true;
                last = added;
            }
            write(last);
        }
    }

    /** Writes the queued frames up to that one, together. Only one thread does, with `writing` set. */
    private void write(long last) {
        int bytes = 0;
        try {
            for (long at = written; at < last; at++) {
                byte[] frame;
                synchronized (queue) {
                    frame = queue.poll();
                }
                bytes += frame.length;
                wire.write(frame);
            }
            wire.flush();
        } catch (IOException e) {
            broken = true;
        }
        synchronized (queue) {
            queued -= bytes;
            written = last;
            writing = false;
            if (blocked > 0 || !queue.isEmpty()) queue.notifyAll();
        }
    }

    /** The server can no longer be reached. */
    boolean isBroken() {
        return broken;
    }

    /** Whether what was written is in the socket to the server, not in a relay. */
    boolean isDirect() {
        return wire.isDirect();
    }

    private void waitQuietly(long ms) {
        try {
            queue.wait(ms);
        } catch (InterruptedException e) {
            // No thread has a reason to interrupt the writer; it checks again.
        }
    }

    private void waitForProgress(long ms) {
        blocked++;
        waitQuietly(ms);
        blocked--;
    }

    /** Waits until all is written, at most `ms`. */
    void flush(long ms) {
        long end = System.nanoTime() + ms * 1000000L;
        synchronized (queue) {
            while ((writing || !queue.isEmpty()) && !broken) {
                long left = (end - System.nanoTime()) / 1000000L;
                if (left <= 0) return;
                waitForProgress(left);
            }
        }
    }

    void log(String requestId, String level, String message) {
        if (!message.isEmpty()) log(requestId, level, message.getBytes(StandardCharsets.UTF_8));
    }

    /** Long messages are cut between characters. */
    void log(String requestId, String level, byte[] text) {
        StringBuilder header = new StringBuilder("{\"type\":\"log\",\"requestId\":");
        Json.quote(requestId, header);
        header.append(",\"level\":\"").append(level).append("\",\"time\":").append(System.currentTimeMillis()).append('}');
        for (int at = 0; at < text.length; ) {
            int end = cut(text, at, Math.min(text.length, at + MAX_LOG));
            send(header, java.util.Arrays.copyOfRange(text, at, end));
            at = end;
        }
    }

    /** The last place up to `end` where no character is divided. */
    static int cut(byte[] text, int from, int end) {
        int at = end;
        while (end < text.length && at > from && (text[at] & 0xC0) == 0x80) at--;
        return at == from ? end : at;
    }

    /** Returns whether there may be output beside the link, in a thread that runs requests when all is written. */
    boolean result(String requestId, int code, byte[] payload, long began) {
        boolean isRaw = raw.wasWritten();
        StringBuilder header = new StringBuilder("{\"type\":\"result\",\"requestId\":");
        Json.quote(requestId, header);
        header.append(",\"code\":").append(code).append(",\"ms\":").append((System.nanoTime() - began) / 1000 / 1000.0);
        if (isRaw) header.append(",\"raw\":true");
        byte[] frame = frame(header.append('}'), payload);
        if (!(Thread.currentThread() instanceof RequestThread)) {
            send(frame);
            return isRaw;
        }
        RequestThread own = (RequestThread) Thread.currentThread();
        own.beginWrite();
        try {
            sendNow(frame);
        } finally {
            own.endWrite();
        }
        return isRaw;
    }
}
