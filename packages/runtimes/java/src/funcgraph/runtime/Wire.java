package funcgraph.runtime;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The connection to the server: the Unix socket itself if the JVM supports it, otherwise a relay on the loopback. */
abstract class Wire {
    /** The JVM keeps buffers outside the heap, as large as a single read or write. */
    private static final int PIECE = 64 * 1024;

    abstract int readSome(byte[] into, int from, int length) throws IOException;

    abstract void writeSome(byte[] bytes, int from, int length) throws IOException;

    /** `path` of the unix socket, or `port:token` of the relay. */
    static Wire open(String path, String relay) throws Exception {
        return relay == null ? new UnixWire(path) : new RelayWire(relay);
    }

    void read(byte[] into, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int count = readSome(into, done, Math.min(length - done, PIECE));
            if (count < 0) throw new EOFException();
            done += count;
        }
    }

    void write(byte[] bytes, int length) throws IOException {
        for (int done = 0; done < length; done += PIECE) writeSome(bytes, done, Math.min(length - done, PIECE));
    }

    private static final class UnixWire extends Wire {
        private final SocketChannel channel;

        /** By reflection: the classes came with Java 16, and this source is compiled for 8. */
        UnixWire(String path) throws Exception {
            Class<?> type = Class.forName("java.net.UnixDomainSocketAddress");
            SocketAddress address = (SocketAddress) type.getMethod("of", String.class).invoke(null, path);
            Class<?> family = Class.forName("java.net.StandardProtocolFamily");
            Object unix = family.getField("UNIX").get(null);
            channel = (SocketChannel) SocketChannel.class.getMethod("open", java.net.ProtocolFamily.class).invoke(null, unix);
            channel.connect(address);
        }

        @Override
        int readSome(byte[] into, int from, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(into, from, length));
        }

        @Override
        void writeSome(byte[] bytes, int from, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
            while (buffer.hasRemaining()) channel.write(buffer);
        }
    }

    private static final class RelayWire extends Wire {
        private final InputStream in;
        private final OutputStream out;

        RelayWire(String relay) throws IOException {
            int colon = relay.indexOf(':');
            Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), Integer.parseInt(relay.substring(0, colon)));
            socket.setTcpNoDelay(true);
            in = socket.getInputStream();
            out = socket.getOutputStream();
            out.write(relay.substring(colon + 1).getBytes("US-ASCII"));
        }

        @Override
        int readSome(byte[] into, int from, int length) throws IOException {
            return in.read(into, from, length);
        }

        @Override
        void writeSome(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }
    }
}
