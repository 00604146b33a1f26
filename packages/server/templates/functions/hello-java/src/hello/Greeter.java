package hello;

/** The handler is hello.Greeter.greet: events and answers are plain objects with fields. */
public class Greeter {
    public static class Request {
        private String name;
        private int times;
    }

    public static class Answer {
        private final String message;

        Answer(String message) {
            this.message = message;
        }
    }

    private static final int MOST_TIMES = 100;

    public Answer greet(Request request) {
        String name = request.name == null || request.name.isEmpty() ? "World" : request.name;
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.max(1, Math.min(request.times, MOST_TIMES)); i++) {
            if (i > 0) text.append(' ');
            text.append("Hello, ").append(name).append('!');
        }
        System.out.println("said hello to " + name);
        return new Answer(text.toString());
    }
}
