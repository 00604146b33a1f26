package funcgraph.runtime;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The connection to the server: the Unix socket itself if the JVM supports it, otherwise a relay on the loopback. */
abstract class Wire {
    private static final int BUFFER = 64 * 1024;

    /** At least one byte; less than 0 at the end. */
    abstract int readSome(byte[] into, int from, int length) throws IOException;

    /** Sent with the next `flush`, or sooner. */
    abstract void write(byte[] bytes) throws IOException;

    abstract void flush() throws IOException;

    abstract boolean isDirect();

    /** `path` of the unix socket, or `port:token` of the relay. */
    static Wire open(String path, String relay) throws Exception {
        return relay == null ? new UnixWire(path) : new RelayWire(relay);
    }

    void read(byte[] into, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int count = readSome(into, done, length - done);
            if (count < 0) throw new EOFException();
            done += count;
        }
    }

    private static final class UnixWire extends Wire {
        private final SocketChannel channel;
        // Of its own: the JVM would make such buffers for each thread, and has no memory left when it needs them most.
        private final ByteBuffer received = (ByteBuffer) ((Buffer) ByteBuffer.allocateDirect(BUFFER)).limit(0);
        private final ByteBuffer leaving = ByteBuffer.allocateDirect(BUFFER);

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
        boolean isDirect() {
            return true;
        }

        @Override
        int readSome(byte[] into, int from, int length) throws IOException {
            if (!received.hasRemaining()) {
                ((Buffer) received).clear();
                int count = channel.read(received);
                ((Buffer) received).flip();
                if (count < 0) return count;
            }
            int count = Math.min(length, received.remaining());
            received.get(into, from, count);
            return count;
        }

        @Override
        void write(byte[] bytes) throws IOException {
            for (int done = 0; done < bytes.length; ) {
                if (!leaving.hasRemaining()) flush();
                int count = Math.min(bytes.length - done, leaving.remaining());
                leaving.put(bytes, done, count);
                done += count;
            }
        }

        @Override
        void flush() throws IOException {
            ((Buffer) leaving).flip();
            while (leaving.hasRemaining()) channel.write(leaving);
            ((Buffer) leaving).clear();
        }
    }

    private static final class RelayWire extends Wire {
        private final InputStream in;
        private final OutputStream out;

        RelayWire(String relay) throws IOException {
            int colon = relay.indexOf(':');
            Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), Integer.parseInt(relay.substring(0, colon)));
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), BUFFER);
            out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
            out.write(relay.substring(colon + 1).getBytes("US-ASCII"));
        }

        @Override
        boolean isDirect() {
            return false;
        }

        @Override
        int readSome(byte[] into, int from, int length) throws IOException {
            return in.read(into, from, length);
        }

        @Override
        void write(byte[] bytes) throws IOException {
            out.write(bytes);
        }

        @Override
        void flush() throws IOException {
            out.flush();
        }
    }
}
