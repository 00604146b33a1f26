package funcgraph.runtime;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** The classes of a package whose names are near to one that it does not have, for the log. Read only after that error. */
final class NearClasses {
    private static final int MAX_SHOWN = 5;
    private static final int MAX_SEEN = 50000;
    private static final int MAX_TYPOS = 2;
    /** Folders in jars that only their own launchers read. */
    private static final String[] INNER = {"BOOT-INF/classes/", "WEB-INF/classes/"};

    private final String name;
    private final String simple;
    private final List<String> near = new ArrayList<String>();
    private final List<String> others = new ArrayList<String>();
    private String inside;
    private int seen;

    private NearClasses(String name) {
        this.name = name;
        this.simple = simpleName(name);
    }

    /** A sentence about the classes that `loader` has, or null. */
    static String hint(ClassLoader loader, String name) {
        if (!(loader instanceof URLClassLoader)) return null;
        NearClasses classes = new NearClasses(name);
        try {
            for (URL url : ((URLClassLoader) loader).getURLs()) {
                File file = new File(url.toURI());
                if (file.isDirectory()) classes.addFolder(file, "");
                else classes.addJar(file);
            }
        } catch (Exception unreadable) {
            // What was read until then is all that can be said.
        }
        return classes.sentence();
    }

    private String sentence() {
        if (inside != null) {
            return "'" + name + "' is in " + inside + ", which only the launcher of that jar reads: pack a jar with the classes at its top"
                + " and the libraries unpacked beside them";
        }
        if (!near.isEmpty()) return "the package has " + list(near) + "; the handler is written as [package].[class].[method]";
        if (others.isEmpty()) return "the package has no classes: it must be a jar, or a zip file with jars or .class files";
        return "the package has, among others, " + list(others);
    }

    private static String list(List<String> names) {
        StringBuilder text = new StringBuilder();
        for (String each : names) text.append(text.length() == 0 ? "'" : ", '").append(Text.shorten(each)).append('\'');
        return text.toString();
    }

    private void addFolder(File folder, String path) {
        File[] files = folder.listFiles();
        if (files == null) return;
        for (File file : files) {
            if (seen >= MAX_SEEN) return;
            if (file.isDirectory()) addFolder(file, path + file.getName() + "/");
            else add(path + file.getName(), null);
        }
    }

    private void addJar(File file) throws Exception {
        JarFile jar = new JarFile(file, false);
        try {
            Enumeration<JarEntry> entries = jar.entries();
            while (entries.hasMoreElements() && seen < MAX_SEEN) add(entries.nextElement().getName(), file.getName());
        } finally {
            jar.close();
        }
    }

    private void add(String path, String jar) {
        seen++;
        if (!path.endsWith(".class") || path.endsWith("-info.class") || path.startsWith("META-INF/")) return;
        String found = path.substring(0, path.length() - ".class".length());
        for (String folder : INNER) {
            if (!found.startsWith(folder)) continue;
            found = found.substring(folder.length());
            if (found.replace('/', '.').equals(name) && jar != null) inside = folder + " of " + jar;
        }
        found = found.replace('/', '.');
        if (isNear(found)) keep(near, found);
        else if (found.indexOf('$') < 0) keep(others, found);
    }

    private static void keep(List<String> names, String found) {
        if (names.size() < MAX_SHOWN && !names.contains(found)) names.add(found);
    }

    private boolean isNear(String found) {
        if (found.equalsIgnoreCase(name)) return true;
        String other = simpleName(found);
        return other.equalsIgnoreCase(simple) || typos(other.toLowerCase(), simple.toLowerCase()) <= Math.min(MAX_TYPOS, simple.length() / 3);
    }

    private static String simpleName(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** Letters to add, remove or change to get from one name to the other; more than `MAX_TYPOS` is not counted. */
    private static int typos(String one, String other) {
        if (Math.abs(one.length() - other.length()) > MAX_TYPOS) return MAX_TYPOS + 1;
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) row[j] = j;
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
