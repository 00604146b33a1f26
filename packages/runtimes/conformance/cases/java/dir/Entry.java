package dir;

public class Entry {
    public String handler(Object event) {
        return "from dir";
    }
}
