import java.net.HttpURLConnection;
import java.net.URI;

public class Shop {
    public static void main(String[] args) throws Exception {
        URI uri = URI.create("https://pay-api.amazon.eu/v2/charges/x");
        System.out.println(((HttpURLConnection) uri.toURL().openConnection()).getResponseCode());
    }
}
