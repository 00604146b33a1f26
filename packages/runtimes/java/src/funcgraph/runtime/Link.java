package funcgraph.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/**
 * Frames of PROTOCOL.md in both directions. One thread writes, and none of the user's: a channel is closed when the
 * thread that writes to it is interrupted, and user code interrupts its threads.
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
    private boolean writing;
    private boolean broken;
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
        if (!open) return;
        byte[] head = header.toString().getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[8 + head.length + body.length];
        put(frame, 0, head.length);
        put(frame, 4, body.length);
        System.arraycopy(head, 0, frame, 8, head.length);
        System.arraycopy(body, 0, frame, 8 + head.length, body.length);
        boolean interrupted = false;
        synchronized (queue) {
            while (queued > MAX_QUEUED && !broken) {
                try {
                    queue.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            queue.add(frame);
            queued += frame.length;
            queue.notifyAll();
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private static void put(byte[] into, int at, int value) {
        into[at] = (byte) (value >>> 24);
        into[at + 1] = (byte) (value >>> 16);
        into[at + 2] = (byte) (value >>> 8);
        into[at + 3] = (byte) value;
    }

    private void drain() {
        try {
            for (;;) {
                byte[] frame;
                synchronized (queue) {
                    while (queue.isEmpty()) waitQuietly(0);
                    frame = queue.poll();
                    writing = true;
                }
                wire.write(frame, frame.length);
                synchronized (queue) {
                    queued -= frame.length;
                    writing = false;
                    queue.notifyAll();
                }
            }
        } catch (IOException e) {
            synchronized (queue) {
                broken = true;
                queue.notifyAll();
            }
        }
    }

    private void waitQuietly(long ms) {
        try {
            queue.wait(ms);
        } catch (InterruptedException e) {
            // No thread has a reason to interrupt the writer; it checks again.
        }
    }

    /** Waits until all is written, at most `ms`. */
    void flush(long ms) {
        long end = System.nanoTime() + ms * 1000000L;
        synchronized (queue) {
            while ((writing || !queue.isEmpty()) && !broken) {
                long left = (end - System.nanoTime()) / 1000000L;
                if (left <= 0) return;
                waitQuietly(left);
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

    void result(String requestId, int code, byte[] payload) {
        StringBuilder header = new StringBuilder("{\"type\":\"result\",\"requestId\":");
        Json.quote(requestId, header);
        header.append(",\"code\":").append(code);
        if (raw.wasWritten()) header.append(",\"raw\":true");
        send(header.append('}'), payload);
    }
}
