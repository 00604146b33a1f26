package funcgraph.runtime;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.util.Arrays;

/** System.out or System.err: finished lines become log messages of the request that the thread serves. */
final class Output extends OutputStream {
    /** The request that a thread serves. */
    static final ThreadLocal<String> REQUEST = new ThreadLocal<String>();
    /** For threads that serve none: the request that was started last. */
    static volatile String latest = "";

    private static final class Pending {
        byte[] bytes = new byte[256];
        int size;
    }

    private final Link link;
    private final String level;
    /** Lines of requests that run at once do not mix. */
    private final ThreadLocal<Pending> pending = new ThreadLocal<Pending>();

    private Output(Link link, String level) {
        this.link = link;
        this.level = level;
    }

    /** Takes over both streams of the process; returns what `finish` needs. */
    static Output[] capture(Link link) throws UnsupportedEncodingException {
        Output out = new Output(link, "INFO");
        Output err = new Output(link, "ERROR");
        System.setOut(new PrintStream(out, false, "UTF-8"));
        System.setErr(new PrintStream(err, false, "UTF-8"));
        return new Output[] {out, err};
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        if (length == 0) return;
        Pending own = pending.get();
        if (own == null) {
            own = new Pending();
            pending.set(own);
        }
        if (own.size + length > own.bytes.length) own.bytes = Arrays.copyOf(own.bytes, Math.max(own.size + length, own.bytes.length * 2));
        System.arraycopy(bytes, from, own.bytes, own.size, length);
        own.size += length;
        if (bytes[from + length - 1] == '\n') finish();
        else if (own.size >= Link.MAX_LOG) emit(own, complete(own.bytes, own.size / Link.MAX_LOG * Link.MAX_LOG));
    }

    @Override
    public void flush() {
        finish();
    }

    /** Writes the line of this thread, finished or not. */
    void finish() {
        Pending own = pending.get();
        if (own == null || own.size == 0) return;
        int end = own.size;
        if (own.bytes[end - 1] == '\n') end--;
        if (end > 0 && own.bytes[end - 1] == '\r') end--;
        if (end > 0) link.log(requestId(), level, Arrays.copyOf(own.bytes, end));
        own.size = 0;
        if (own.bytes.length > 64 * 1024) own.bytes = new byte[256];
    }

    private void emit(Pending own, int end) {
        link.log(requestId(), level, Arrays.copyOf(own.bytes, end));
        System.arraycopy(own.bytes, end, own.bytes, 0, own.size - end);
        own.size -= end;
    }

    /** The last place up to `end` after which no character goes on; the rest of a character may follow. */
    private static int complete(byte[] bytes, int end) {
        int lead = end - 1;
        while (lead > 0 && (bytes[lead] & 0xC0) == 0x80 && end - lead < 4) lead--;
        int length = (bytes[lead] & 0xE0) == 0xC0 ? 2 : (bytes[lead] & 0xF0) == 0xE0 ? 3 : (bytes[lead] & 0xF8) == 0xF0 ? 4 : 1;
        return lead > 0 && lead + length > end ? lead : end;
    }

    private static String requestId() {
        String own = REQUEST.get();
        return own == null ? latest : own;
    }
}
