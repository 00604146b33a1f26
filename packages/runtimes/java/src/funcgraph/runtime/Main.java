package funcgraph.runtime;

import java.io.EOFException;
import java.io.IOException;
import java.util.Map;

/** Connects to the server, sends `hello`, and handles its frames until the link ends. */
public final class Main {
    /** The server violated the protocol. */
    private static final int VIOLATED = 70;

    private Main() {}

    public static void main(String[] args) throws Exception {
        final Link link = new Link(Wire.open(System.getenv("FUNCGRAPH_LINK"), System.getenv("FUNCGRAPH_RELAY")));
        Output[] outputs = Output.capture(link);
        Warmup.run(link);
        Runtime.getRuntime().addShutdownHook(new Thread("LastWords") {
            @Override
            public void run() {
                link.flush(1000);
            }
        });
        link.open("java " + System.getProperty("java.version"));
        int status = VIOLATED;
        try {
            serve(link, new Instance(link, outputs));
        } catch (EOFException e) {
            status = 0;
        } catch (IOException e) {
            status = VIOLATED;
        } catch (Json.Malformed e) {
            status = VIOLATED;
        } catch (RuntimeException e) {
            status = VIOLATED;
        }
        Runtime.getRuntime().halt(status);
    }

    private static void serve(Link link, Instance instance) throws IOException, Json.Malformed {
        boolean begun = false;
        for (;;) {
            Link.Frame frame = link.read();
            Map<?, ?> header = (Map<?, ?>) Json.parse(frame.header);
            String type = String.valueOf(header.get("type"));
            if (type.equals("shutdown")) {
                instance.shutdown();
            } else if (type.equals("init")) {
                if (begun) throw new IllegalStateException("a second init");
                begun = true;
                instance.init(header);
            } else if (type.equals("invoke")) {
                instance.invoke(header, frame.body);
            } else if (type.equals("recall")) {
                instance.recall();
            } else if (type.equals("heartbeat")) {
                instance.beat(String.valueOf(header.get("seq")));
            } else if (type.equals("preStop")) {
                instance.preStop();
            } else {
                throw new IllegalStateException("an unknown frame");
            }
        }
    }
}
