package demo;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Every form of handler, and values of every kind in and out. */
public class Shapes {
    public enum Colour { RED, GREEN }

    public static class Base {
        private String inherited = "base";
        static String ignored = "static";
        transient String unseen = "transient";
    }

    public static class Item<T> {
        private T value;
        private List<T> more;
    }

    public static class Order extends Base {
        private int count;
        private Long big;
        private double price;
        private BigDecimal exact;
        private boolean paid;
        private char letter = 'a';
        private Colour colour;
        private String note;
        private List<Item<Integer>> items;
        private Map<String, Order> parts;
        private Set<Colour> colours;
        private int[] numbers;
        private Date date;
        private Instant instant;
        private LocalDate day;
        private UUID id;
        private Optional<String> maybe;
        private Object anything;
    }

    /** No constructor without parameters, no getters. */
    public static class Answer {
        private final int statusCode;
        private final String body;
        private final String absent = null;

        public Answer(int statusCode, String body) {
            this.statusCode = statusCode;
            this.body = body;
        }
    }

    public static class Circle {
        Circle self = this;
    }

    public Order order(Order order) {
        return order;
    }

    public Map<String, Object> types(Order order) {
        Map<String, Object> seen = new LinkedHashMap<String, Object>();
        seen.put("item", order.items.get(0).value + order.items.get(0).more.get(1));
        seen.put("part", order.parts.get("a").getClass().getName());
        seen.put("colour", order.colours.iterator().next().getClass().getName());
        seen.put("anything", ((Map<?, ?>) order.anything).get("n").getClass().getName());
        seen.put("sum", order.numbers[0] + order.numbers[1]);
        return seen;
    }

    public List<String> generic(Map<Colour, List<Long>> event) {
        List<String> names = new ArrayList<String>();
        for (Map.Entry<Colour, List<Long>> entry : new EnumMap<Colour, List<Long>>(event).entrySet())
            for (Long each : entry.getValue()) names.add(entry.getKey().name() + (each + 1));
        return names;
    }

    public Answer answer(Answer event) {
        return new Answer(event.statusCode + 1, event.body + "!");
    }

    public String raw(String event) {
        return "<" + event + ">";
    }

    public String nothingGiven() {
        return "no parameters";
    }

    public static String fixed(com.services.runtime.Context context) {
        com.services.runtime.RuntimeLogger logger = context.getLogger();
        logger.info("by the short name");
        return context.getFunctionName();
    }

    public String third(com.opentelekomcloud.services.runtime.Context context, Map<String, String> event) {
        com.opentelekomcloud.services.runtime.RuntimeLogger logger = context.getLogger();
        logger.log("by the long name");
        return event.get("a");
    }

    public void stream(InputStream in, OutputStream out, com.huawei.services.runtime.Context context) throws IOException {
        for (int b = in.read(); b >= 0; b = in.read()) out.write(b ^ 255);
    }

    public InputStream returnedStream(InputStream in) {
        return new ByteArrayInputStream(new byte[] {1, 2, (byte) 200});
    }

    public Object circular() {
        return new Circle();
    }

    public double notANumber() {
        return Double.NaN;
    }

    public Object sparse() {
        Map<String, Object> map = new LinkedHashMap<String, Object>();
        map.put("left", null);
        map.put("list", Collections.singletonList(null));
        map.put("quote", "\"\\\n\u0001<>");
        map.put("when", new Date(0));
        map.put("path", java.nio.file.Paths.get("/tmp/x"));
        map.put("type", Colour.GREEN);
        return map;
    }

    public int tooMany(String one, String two) {
        return 0;
    }

    /** The overload that takes most is meant. */
    public String overloaded(String event) {
        return "one";
    }

    public String overloaded(String event, com.huawei.services.runtime.Context context) {
        return "two";
    }
}
