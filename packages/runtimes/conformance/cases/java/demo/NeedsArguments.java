package demo;

public class NeedsArguments {
    public NeedsArguments(String given) {}

    public String handler(Object event) {
        return "never";
    }

    public static String fixed(Object event) {
        return "needs no object";
    }
}
