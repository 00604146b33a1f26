package demo;

import com.huawei.services.runtime.Context;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/** Whether code compiled against another library of these names would link: what a JVM compares are names and types. */
public class Signatures {
    private static final String EVENTS = "com.huawei.services.runtime.entity.";

    /** Each as `dis.DISMessage DISRecord[] getRecords()`; answers those that are not here. */
    public List<String> missing(List<String> wanted) {
        List<String> missing = new ArrayList<String>();
        for (String each : wanted) {
            try {
                if (!isHere(each)) missing.add(each);
            } catch (ClassNotFoundException e) {
                missing.add(each);
            }
        }
        return missing;
    }

    private static boolean isHere(String signature) throws ClassNotFoundException {
        String[] parts = signature.split(" ", 3);
        Class<?> type = Class.forName(EVENTS + parts[0]);
        if (parts[1].equals("new")) {
            for (Constructor<?> each : type.getConstructors()) if (parts[2].equals(list(each.getParameterTypes()))) return true;
            return false;
        }
        for (Method each : type.getMethods()) {
            String found = each.getReturnType().getSimpleName() + " " + each.getName() + list(each.getParameterTypes());
            if (found.equals(parts[1] + " " + parts[2])) return true;
        }
        return false;
    }

    private static String list(Class<?>[] types) {
        StringBuilder text = new StringBuilder("(");
        for (Class<?> type : types) text.append(text.length() == 1 ? "" : ",").append(type.getSimpleName());
        return text.append(")").toString();
    }

    /** What writers of JSON find in a context: its fields, and the values of its getters. */
    public List<String> context(String event, Context context) throws Exception {
        List<String> found = new ArrayList<String>();
        for (Field field : context.getClass().getDeclaredFields()) {
            if (Modifier.isTransient(field.getModifiers()) || Modifier.isStatic(field.getModifiers())) continue;
            if (field.getType() != String.class && field.getType() != int.class) found.add("field " + field);
        }
        for (Method getter : context.getClass().getMethods()) {
            if (!getter.getName().startsWith("get") || getter.getParameterTypes().length > 0 || getter.isBridge() || getter.getDeclaringClass() == Object.class) continue;
            Class<?> type = getter.getReturnType();
            if (type != String.class && type != int.class && type != Object.class && !isBean(type)) found.add("getter " + getter);
        }
        return found;
    }

    private static boolean isBean(Class<?> type) {
        for (Method each : type.getMethods())
            if (each.getName().startsWith("get") && each.getReturnType() == String.class && each.getParameterTypes().length == 0) return true;
        return false;
    }
}
