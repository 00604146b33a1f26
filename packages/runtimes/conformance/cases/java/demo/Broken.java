package demo;

/** Cannot even be loaded. */
public class Broken {
    static {
        if (true) throw new IllegalStateException("at load");
    }

    public String handler(Object event) {
        return "never";
    }
}
